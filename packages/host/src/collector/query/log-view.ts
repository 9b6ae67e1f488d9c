import type { Attributes } from '@ashlar/telemetry/traces'
import { asciiLower, passes, type EntryFilter, type EntryStore } from '../store/entry-store.ts'
import type { Entry, LogContent } from '../store/entry.ts'

/** A log record as it is shown. */
export interface LogView {
  readonly id: number
  readonly service: string
  /** Epoch, in milliseconds. */
  readonly timeMs: number
  readonly severity: number
  readonly level: string
  readonly body: string
  readonly attributes: Attributes
  readonly scope: string
  readonly traceId?: string
  readonly spanId?: string
}

export interface LogQuery {
  readonly service?: string | undefined
  readonly minSeverity?: number | undefined
  readonly traceId?: string | undefined
  /** Text in the body; A to Z are as a to z. */
  readonly text?: string | undefined
  readonly from?: number
  readonly before: number
}

// How often the stores are searched for one answer.
const maxSearches = 10
const maxOfTrace = 1_000

export interface FoundLogs {
  readonly logs: readonly LogView[]
  readonly next: number | undefined
}

/** Newest first. `next` says where to go on. */
export async function findLogs(
  store: EntryStore,
  { text, minSeverity: minRank, traceId, ...rest }: LogQuery,
  limit: number,
): Promise<FoundLogs> {
  const filter: EntryFilter = { ...rest, minRank, containing: text }
  // The text may stand in an attribute as well, which is not what was asked for.
  const isWanted = ({ body }: LogView): boolean => text === undefined || contains(body, text)
  if (traceId !== undefined) {
    const ofTrace = await store.ofTrace(traceId, maxOfTrace)
    const found = ofTrace.filter((entry) => passes(entry, filter)).map(describeLog)
    const logs = found.filter(isWanted).toReversed()
    return { logs: logs.slice(0, limit), next: logs.length > limit ? logs[limit - 1]?.id : undefined }
  }
  const logs: LogView[] = []
  let before: number | undefined = filter.before
  for (let searches = 0; before !== undefined && logs.length < limit && searches < maxSearches; searches++) {
    const wanted = limit - logs.length
    const found = await store.find({ ...filter, before }, wanted)
    logs.push(...found.entries.map(describeLog).filter(isWanted))
    before = found.next
  }
  return { logs, next: before }
}

/** Of one trace, in the order of their times. */
export async function logsOfTrace(store: EntryStore, traceId: string): Promise<LogView[]> {
  const entries = await store.ofTrace(traceId, maxOfTrace)
  return entries.map(describeLog).sort((a, b) => a.timeMs - b.timeMs)
}

export function describeLog({ id, service, traceId, content }: Entry): LogView {
  const { timeMs, severity, severityText, body, attributes, spanId, scope } = JSON.parse(content) as LogContent
  const ids = { ...(traceId === '' ? {} : { traceId }), ...(spanId === undefined ? {} : { spanId }) }
  const level = severityText === '' ? levelOf(severity) : severityText.toLowerCase()
  return { id, service, timeMs, severity, level, body, attributes, scope, ...ids }
}

/** The lowest severity of each level, as OpenTelemetry counts. */
export const severities = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 } as const

export type LevelName = keyof typeof severities

function levelOf(severity: number): string {
  const names = Object.keys(severities) as LevelName[]
  return names.findLast((name) => severity >= severities[name]) ?? ''
}

/** As `LogQuery` says of its text. */
export function contains(body: string, text: string): boolean {
  return asciiLower(body).includes(asciiLower(text))
}
