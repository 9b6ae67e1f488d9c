import { parseIsoTime, type Clock } from '@ashlar/kernel'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const httpDate = /^\w{3}, (\d\d) (\w{3}) (\d{4}) (\d\d:\d\d:\d\d) GMT$/

/** How long a `Retry-After` asks to wait: `undefined` for none, and for one that makes no sense. Source: RFC 9110, 10.2.3. */
export function parseRetryAfter(header: string | undefined, clock: Clock): number | undefined {
  if (header === undefined) return undefined
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000
  const [, day, name, year, time] = httpDate.exec(header) ?? []
  const month = months.indexOf(name ?? '') + 1
  const atMs = month === 0 ? undefined : parseIsoTime(`${year}-${String(month).padStart(2, '0')}-${day}T${time}Z`)
  return atMs === undefined ? undefined : Math.max(0, atMs - clock.wall())
}
