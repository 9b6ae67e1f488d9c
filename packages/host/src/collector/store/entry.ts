import type { Attributes, SpanRecord } from '@ashlar/telemetry/traces'
import type { LogRecord, OtlpBatch, Resource, Scope } from '@ashlar/telemetry/otlp'

/**
 * What the stores keep: the spans that one request brought of one trace, or one log record. Written once and never
 * changed; what is asked often stands beside the content, the rest is read from it.
 */
export interface Entry {
  /** Grows with the time of arrival: see `EntryIds`. */
  readonly id: number
  /** Empty for a log record that was written outside any trace. */
  readonly traceId: string
  readonly service: string
  /** Of spans, how long the longest took, in milliseconds; of a log record, its severity. */
  readonly rank: number
  /** Whether one of the spans failed. */
  readonly hasError: boolean
  /** How many spans or log records these are. */
  readonly count: number
  /** `SpanContent` or `LogContent` as JSON. */
  readonly content: string
}

export interface SpanContent {
  readonly resource: Resource
  readonly scope: Scope
  readonly spans: readonly SpanRecord[]
}

export interface LogContent extends Omit<LogRecord, 'traceId'> {
  readonly scope: string
  readonly attributes: Attributes
}

// What an entry takes besides its content: its object, and its places in the indexes.
const overheadBytes = 256

/** About what an entry takes in memory. Text beyond Latin-1 takes two bytes a character. */
export function bytesOf({ about = '', content }: { readonly about?: string; readonly content: string }): number {
  return overheadBytes + about.length + content.length
}

/** One entry for each trace of each batch. */
export function spanEntries(batches: readonly OtlpBatch<SpanRecord>[], nextId: () => number): Entry[] {
  const entries: Entry[] = []
  for (const { resource, scope, records } of batches) {
    const service = serviceOf(resource)
    const traces = new Map<string, SpanRecord[]>()
    for (const span of records) {
      const spans = traces.get(span.traceId)
      if (spans === undefined) traces.set(span.traceId, [span])
      else spans.push(span)
    }
    for (const [traceId, spans] of traces) {
      let rank = 0
      let hasError = false
      for (const { durationMs, error } of spans) {
        if (durationMs > rank) rank = durationMs
        if (error !== undefined) hasError = true
      }
      const content = JSON.stringify({ resource, scope, spans } satisfies SpanContent)
      entries.push({ id: nextId(), traceId, service, rank, hasError, count: spans.length, content })
    }
  }
  return entries
}

/** One entry for each log record. */
export function logEntries(batches: readonly OtlpBatch<LogRecord>[], nextId: () => number): Entry[] {
  return batches.flatMap(({ resource, scope, records }) => {
    const service = serviceOf(resource)
    return records.map(({ traceId = '', ...log }) => {
      const content = JSON.stringify({ ...log, scope: scope.name } satisfies LogContent)
      return { id: nextId(), traceId, service, rank: log.severity, hasError: false, count: 1, content }
    })
  })
}

/** What a sender calls itself. PostgreSQL's text has no room for NUL. */
export function serviceOf(resource: Resource): string {
  const name = resource['service.name']
  if (typeof name !== 'string' || name === '') return 'unknown'
  return name.slice(0, 128).replaceAll('\0', '').toWellFormed()
}
