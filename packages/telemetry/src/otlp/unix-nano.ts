/** A moment as OTLP counts: 10^9 nanoseconds a second. Two numbers, because one cannot hold it exactly. */
export interface UnixNano {
  readonly seconds: number
  readonly nanos: number
}

const latest: UnixNano = { seconds: 2 ** 32 - 1, nanos: 999_999_999 }

/** What is not a moment from 1970 to 2106 is the nearest one that is. */
export function toUnixNano(ms: number): UnixNano {
  if (!(ms > 0)) return { seconds: 0, nanos: 0 }
  const seconds = Math.floor(ms / 1_000)
  if (seconds > latest.seconds) return latest
  const nanos = Math.round((ms - seconds * 1_000) * 1e6)
  // A fraction that rounds up to the next second.
  if (nanos < 1e9) return { seconds, nanos }
  return seconds < latest.seconds ? { seconds: seconds + 1, nanos: 0 } : latest
}

/** The moment `durationMs` later. */
export function later({ seconds, nanos }: UnixNano, durationMs: number): UnixNano {
  if (!(durationMs > 0)) return { seconds, nanos }
  const sum = nanos + Math.round(durationMs * 1e6)
  const carried = Math.floor(sum / 1e9)
  if (seconds + carried > latest.seconds) return latest
  return { seconds: seconds + carried, nanos: sum - carried * 1e9 }
}

/** Milliseconds since 1970, to the nearest quarter of a microsecond. */
export function toMs({ seconds, nanos }: UnixNano): number {
  return seconds * 1_000 + nanos / 1e6
}

/** Never negative: a clock that was set back in between makes no work take less than no time. */
export function msBetween(start: UnixNano, end: UnixNano): number {
  return Math.max(0, ((end.seconds - start.seconds) * 1e9 + (end.nanos - start.nanos)) / 1e6)
}

/** From the halves of a 64-bit integer. */
export function unixNanoOf(low: number, high: number): UnixNano {
  // 10^9 = 1 953 125 * 2^9: without the lowest nine bits everything fits into a number.
  const upper = high * 8_388_608 + (low >>> 9)
  const seconds = Math.floor(upper / 1_953_125)
  return { seconds, nanos: (upper - seconds * 1_953_125) * 512 + (low & 511) }
}

/** As the decimal text of the 64-bit integer. */
export function formatUnixNano({ seconds, nanos }: UnixNano): string {
  return seconds === 0 ? String(nanos) : `${seconds}${String(nanos).padStart(9, '0')}`
}

/** From the decimal text of a 64-bit integer; `undefined` when the text is none. */
export function parseUnixNano(text: string): UnixNano | undefined {
  if (!/^\d{1,20}$/.test(text)) return undefined
  return { seconds: Number(text.slice(0, -9)), nanos: Number(text.slice(-9)) }
}
