import { systemClock, toIsoTime } from '@ashlar/kernel'
import type { LogView } from './collector/query/log-view.ts'
import type { Console } from './console.ts'
import { logView } from './log-view.ts'
import { inline } from './printable.ts'

/** Prints log records as `ashlar up` shows them. */
export function printLogs(logs: readonly LogView[], console: Console): void {
  // Anybody can report under any name; the view takes those of a topology's services, which are plain.
  const services = [...new Set(logs.map(({ service }) => inline(service)))]
  const show = logView({ services, colour: console.colour, clock: systemClock })
  for (const { service, timeMs, level, body, traceId, attributes } of logs) {
    const time = toIsoTime(Math.floor(timeMs))
    const text = JSON.stringify({ ...attributes, level, time, service, msg: body, traceId })
    void console.out(show({ service: inline(service), stream: 'stdout', text }))
  }
}
