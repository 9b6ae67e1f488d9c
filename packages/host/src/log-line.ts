import { toIsoTime, type Clock } from '@ashlar/kernel'

/** A line that a service printed. */
export interface LogLine {
  readonly service: string
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'

/** A log line that is a JSON object, the form that services log in. */
export interface LogRecord {
  readonly level: string
  /** RFC 3339. */
  readonly time: string
  readonly msg: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** The name that the host's own lines carry. */
export const hostName = 'ashlar'

// pino's numbers, for services that keep them.
const levelOfNumber: Readonly<Record<number, LogLevel>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}

/** A line in the form that services log in. */
export function recordLine(
  service: string,
  { level, msg, ...fields }: { level: LogLevel; msg: string; [field: string]: unknown },
  clock: Clock,
): LogLine {
  const text = JSON.stringify({ level, time: toIsoTime(clock.wall()), service, ...fields, msg })
  return { service, stream: 'stdout', text }
}

/** Reads a line as a log record; `undefined` when it is only text. */
export function parseRecord(text: string, clock: Clock): LogRecord | undefined {
  if (!text.startsWith('{')) return undefined
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof parsed !== 'object' || parsed === null || !('msg' in parsed || 'level' in parsed)) return undefined
  const { level, time, msg, ...fields } = parsed as Record<string, unknown>
  return {
    level: typeof level === 'number' ? (levelOfNumber[level] ?? 'info') : typeof level === 'string' ? level : 'info',
    time: typeof time === 'string' ? time : toIsoTime(typeof time === 'number' ? time : clock.wall()),
    msg: typeof msg === 'string' ? msg : '',
    fields,
  }
}

/** The line as JSON, for programs that read the log: what is JSON already stays as it is, text is wrapped. */
export function toJson(line: LogLine, clock: Clock): string {
  if (parseRecord(line.text, clock) !== undefined) return line.text
  const level = line.stream === 'stderr' ? 'error' : 'info'
  return JSON.stringify({ level, time: toIsoTime(clock.wall()), service: line.service, msg: line.text })
}
