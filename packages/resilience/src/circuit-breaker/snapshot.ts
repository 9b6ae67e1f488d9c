import type { BreakerSnapshot } from './breaker-core.ts'

const kinds: readonly unknown[] = ['closed', 'open', 'half-open', 'isolated'] satisfies BreakerSnapshot['kind'][]
/** The longest open period and its jitter. */
const longestOpenMs = 2 * 86_400_000
const mostCalls = 1_000_000_000

/**
 * A snapshot has been in a file or a store, and may be what anything has made of it.
 * @throws {TypeError} naming the field and its value.
 */
export function checkSnapshot(snapshot: BreakerSnapshot): void {
  const { kind, openings, openForMs, reason, window } = snapshot
  check('kind', kind, kinds.includes(kind))
  check('openings', openings, isCount(openings, Number.MAX_SAFE_INTEGER))
  check('openForMs', openForMs, typeof openForMs === 'number' && openForMs >= 0 && openForMs <= longestOpenMs)
  check('reason', reason, typeof reason === 'string')
  const calls: unknown = window?.calls
  check('window.calls', calls, isCount(calls, mostCalls))
  check('window.failures', window.failures, isCount(window.failures, window.calls))
  check('window.slow', window.slow, isCount(window.slow, window.calls))
}

function isCount(value: unknown, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most
}

function check(field: string, value: unknown, isValid: boolean): void {
  if (!isValid) throw new TypeError(`breaker: a snapshot's ${field} cannot be ${JSON.stringify(value)}`)
}
