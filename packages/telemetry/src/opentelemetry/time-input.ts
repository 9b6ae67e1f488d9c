import type { TimeInput } from '@opentelemetry/api'
import { systemClock } from '@ashlar/kernel'

/** Epoch milliseconds of a time in any of the forms that the API takes; `undefined` for what is none of them. */
export function epochMsOf(time: TimeInput | null | undefined): number | undefined {
  if (typeof time === 'number') return isSinceStart(time) ? time + systemClock.wall() - systemClock.now() : time
  if (Array.isArray(time)) return time[0] * 1_000 + time[1] / 1e6
  return typeof time === 'object' && time !== null ? time.getTime() : undefined
}

/** Whether it is what `performance.now()` said: no process has been running since 1998. The SDK tells them apart so. */
function isSinceStart(ms: number): boolean {
  return ms < systemClock.wall() / 2
}
