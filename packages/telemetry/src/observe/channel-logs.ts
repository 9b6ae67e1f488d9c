import type { DeclaredChannel, LogDescriptor } from '@ashlar/kernel'
import { plainFields, type Consumer } from './event.ts'

type Level = LogDescriptor['level']

/** Where lines go: a logger of `@ashlar/telemetry/logs`, of pino, or anything of the same shape. */
export interface LogSink extends Record<Level, (fields: object, message: string) => void> {
  /** Asked where there is one, so that a line that nobody will see is not built. */
  isLevelEnabled?(level: Level): boolean
}

/** What logs a line for each of a channel's events, when its descriptor asks for it. */
export function channelLogs({ name, descriptor }: DeclaredChannel, sink: LogSink): Consumer[] {
  const { log } = descriptor
  if (log === undefined) return []
  const { level, message, attributes } = log
  return [
    (event) => {
      if (sink.isLevelEnabled?.(level) === false) return
      sink[level]({ channel: name, ...plainFields(event, attributes) }, message)
    },
  ]
}
