import type { LogLevel } from './log-line.ts'
import type { SupervisorEvent } from './supervisor.ts'

/** So many deaths in a row are no accident any more. */
const flappingDeaths = 5

/** What happened to a supervised process, for the log; `undefined` for what needs no line. */
export function describeEvent(name: string, event: SupervisorEvent): { level: LogLevel; msg: string } | undefined {
  if (event.kind === 'ready') {
    // The first time, all are announced together.
    if (event.restarts === 0) return undefined
    return { level: 'info', msg: `${name} is back after ${Math.round(event.tookMs)} ms` }
  }
  if (event.kind === 'stuck') {
    return { level: 'error', msg: `${name} is not ready after ${event.timeoutMs / 1000} s; it is killed` }
  }
  if (event.kind === 'killed') {
    return { level: 'error', msg: `${name} did not end within ${event.graceMs / 1000} s; it is killed` }
  }
  const next = `starts again in ${Math.round(event.delayMs)} ms`
  if (event.deaths < flappingDeaths) return { level: 'warn', msg: `${name} ${event.how}; ${next}` }
  return { level: 'error', msg: `${name} KEEPS DYING, ${event.deaths} times in a row: ${event.how}; ${next}` }
}
