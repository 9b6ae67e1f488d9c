import { systemClock, toIsoTime } from '@ashlar/kernel'
import type { LogView } from './collector/query/log-view.ts'
import type { Console } from './console.ts'
import { logView } from './log-view.ts'

/** Prints log records as `ashlar up` shows them. */
export function printLogs(logs: readonly LogView[], console: Console): void {
  const services = [...new Set(logs.map(({ service }) => service))]
  const show = logView({ services, colour: console.colour, clock: systemClock })
  for (const { service, timeMs, level, body, traceId, attributes } of logs) {
    const time = toIsoTime(Math.floor(timeMs))
    const text = JSON.stringify({ ...attributes, level, time, service, msg: body, traceId })
    void console.out(show({ service, stream: 'stdout', text }))
  }
}
