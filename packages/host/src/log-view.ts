import { stripVTControlCharacters } from 'node:util'
import { toIsoTime, type Clock } from '@ashlar/kernel'
import { hostName, parseRecord, type LogLine, type LogRecord } from './log-line.ts'
import { inline, printable } from './printable.ts'

export interface LogViewOptions {
  /** The services whose lines will come: they decide how wide the column is, and each has a colour. */
  readonly services: readonly string[]
  /** Whether to use a terminal's colours. */
  readonly colour: boolean
  readonly clock: Clock
}

const dim = 2
const levelColours: Readonly<Record<string, number>> = {
  trace: dim,
  debug: dim,
  warn: 33,
  error: 31,
  fatal: 31,
  stderr: 33,
}
const serviceColours = [36, 32, 35, 34, 96, 92, 95, 94]

/** Fields that have a column or a place of their own, or that only machines want. */
const placedFields = new Set(['service', 'pid', 'hostname', 'spanId', 'traceId', 'err'])

/**
 * Makes log lines readable: `12:03:41.123  order     info    order paid  orderId=7 total=19.99`. A line that is not a
 * log record keeps its text. The time is UTC. No line can move the cursor or colour what follows it: control
 * characters are shown, not obeyed.
 */
export function logView(options: LogViewOptions): (line: LogLine) => string {
  const { services, colour, clock } = options
  const width = Math.max(hostName.length, ...services.map((name) => name.length))
  const paint = (code: number | undefined, text: string): string =>
    colour && code !== undefined && text !== '' ? `\u001B[${code}m${text}\u001B[0m` : text
  const indent = ' '.repeat('12:03:41.123'.length + 2 + width + 2 + 'stderr'.length + 2)

  return (line) => {
    const record = parseRecord(line.text, clock) ?? textRecord(line, clock)
    const index = services.indexOf(line.service)
    const [first = '', ...more] = printable(record.msg).split('\n')
    const columns = [
      paint(dim, inline(record.time.slice('2026-01-31T'.length, '2026-01-31T12:03:41.123'.length))),
      paint(index === -1 ? undefined : serviceColours[index % serviceColours.length], line.service.padEnd(width)),
      paint(levelColours[record.level], inline(record.level).padEnd('stderr'.length)),
      first,
      paint(dim, inline(fieldsOf(record))),
    ]
    return [columns.join('  ').trimEnd(), ...more, ...stackOf(record)].join(`\n${indent}`)
  }
}

function textRecord(line: LogLine, clock: Clock): LogRecord {
  const level = line.stream === 'stderr' ? 'stderr' : ''
  return { level, time: toIsoTime(clock.wall()), msg: stripVTControlCharacters(line.text), fields: {} }
}

function fieldsOf(record: LogRecord): string {
  const shown = Object.entries(record.fields)
    .filter(([name]) => !placedFields.has(name))
    .map(([name, value]) => `${name}=${valueOf(value)}`)
  const { err, traceId } = record.fields
  if (isRecord(err) && typeof err['stack'] !== 'string') shown.push(`error=${valueOf(err['message'] ?? err)}`)
  if (typeof traceId === 'string') shown.push(`trace=${traceId}`)
  return shown.join(' ')
}

// Quoted where it would not be clear where the value ends.
function valueOf(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : (JSON.stringify(value) ?? String(value))
}

function stackOf(record: LogRecord): string[] {
  const { err } = record.fields
  if (!isRecord(err) || typeof err['stack'] !== 'string') return []
  return printable(err['stack']).split('\n')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
