import type { SpanRecord } from '@ashlar/telemetry/traces'
import { asciiLower, type EntryStore } from '../store/entry-store.ts'
import type { Entry, SpanContent } from '../store/entry.ts'
import { assembleTrace, summaryOf, type TraceSummary, type TraceView } from './trace-view.ts'

/** Traces of which one span is all of this. */
export interface TraceQuery {
  readonly service?: string | undefined
  /** Text in its name; A to Z are as a to z. */
  readonly name?: string | undefined
  readonly minDurationMs?: number | undefined
  readonly onlyErrors?: boolean
  readonly from?: number
  readonly before: number
}

// How often the stores are searched for one answer, and how many requests' worth of one trace are put together.
const maxSearches = 10
const maxEntries = 1_000

/** Those of which something arrived last first; each once, also over pages. `next` says where to go on. */
export async function findTraces(
  store: EntryStore,
  query: TraceQuery,
  limit: number,
): Promise<{ readonly traces: readonly TraceSummary[]; readonly next: number | undefined }> {
  const { minDurationMs: minRank, name: containing, service, onlyErrors = false, from = 0 } = query
  const traces: TraceSummary[] = []
  const seen = new Set<string>()
  let before: number | undefined = query.before
  for (let searches = 0; before !== undefined && searches < maxSearches; searches++) {
    const filter = { service, minRank, onlyErrors, containing, from, before }
    const found = await store.find(filter, Math.max(50, limit))
    for (const entry of found.entries) {
      if (seen.has(entry.traceId) || !matches(entry, query)) continue
      seen.add(entry.traceId)
      const entries = await store.ofTrace(entry.traceId, maxEntries)
      // Told already, on the page before.
      if (entries.some((other) => other.id >= query.before && matches(other, query))) continue
      traces.push(summaryOf(assembleTrace(entry.traceId, entries)))
      if (traces.length === limit) return { traces, next: entry.id }
    }
    before = found.next
  }
  return { traces, next: before }
}

/** `undefined` when nothing of it is kept. */
export async function findTrace(store: EntryStore, traceId: string): Promise<TraceView | undefined> {
  const entries = await store.ofTrace(traceId, maxEntries)
  return entries.length === 0 ? undefined : assembleTrace(traceId, entries)
}

/** Whether one of its spans is all that is asked for. */
function matches(entry: Entry, query: TraceQuery): boolean {
  const { service, name, minDurationMs = 0, onlyErrors = false } = query
  if (service !== undefined && entry.service !== service) return false
  if (entry.rank < minDurationMs || (onlyErrors && !entry.hasError)) return false
  // What stands beside the content decides when one thing was asked for.
  if (name === undefined && (minDurationMs === 0 || !onlyErrors)) return true
  const text = name === undefined ? '' : asciiLower(name)
  return (JSON.parse(entry.content) as SpanContent).spans.some(
    (span: SpanRecord) =>
      asciiLower(span.name).includes(text) &&
      span.durationMs >= minDurationMs &&
      (!onlyErrors || span.error !== undefined),
  )
}
