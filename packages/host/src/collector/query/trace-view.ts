import type { SpanRecord } from '@ashlar/telemetry/traces'
import type { Entry, SpanContent } from '../store/entry.ts'

/** A span with who did the work, and how deep it is in its trace. */
export interface SpanView extends SpanRecord {
  readonly service: string
  readonly scope: string
  readonly depth: number
}

export interface TraceSummary {
  readonly traceId: string
  /** The root's; that of the earliest span while the root is missing. */
  readonly name: string
  readonly service: string
  /** Epoch, in milliseconds with a fraction. */
  readonly startMs: number
  /** From the start of the first span to the end of the last. */
  readonly durationMs: number
  readonly spans: number
  readonly errors: number
  readonly services: readonly string[]
  /** Whether the root is there, and the parent of every other span. */
  readonly complete: boolean
}

export interface TraceView extends Omit<TraceSummary, 'spans'> {
  /** As a tree is read: each behind its parent, siblings by their start. */
  readonly spans: readonly SpanView[]
}

type Placed = Omit<SpanView, 'depth'>

/**
 * Puts a trace together of what its services said, in whatever order that came. What was said twice counts once; spans
 * whose parent is missing stand at the top; so do those that claim to be each other's parents.
 */
export function assembleTrace(traceId: string, entries: readonly Entry[]): TraceView {
  const byId = new Map<string, Placed>()
  for (const { service, content } of entries) {
    const { scope, spans } = JSON.parse(content) as SpanContent
    for (const span of spans) byId.set(span.spanId, { ...span, service, scope: scope.name })
  }
  const { tops, childrenOf } = family(byId)
  const spans = inTreeOrder(byId, tops, childrenOf)
  const roots = tops.filter(({ parentSpanId }) => parentSpanId === undefined)
  const [startMs, endMs] = extent(spans)
  const main = roots[0] ?? spans[0]
  return {
    traceId,
    name: main?.name ?? '',
    service: main?.service ?? '',
    startMs,
    durationMs: endMs - startMs,
    errors: spans.filter(({ error }) => error !== undefined).length,
    services: [...new Set(spans.map(({ service }) => service))],
    complete: roots.length === 1 && spans.filter(({ depth }) => depth === 0).length === 1,
    spans,
  }
}

export function summaryOf({ spans, ...trace }: TraceView): TraceSummary {
  return { ...trace, spans: spans.length }
}

function family(byId: ReadonlyMap<string, Placed>): {
  readonly tops: readonly Placed[]
  readonly childrenOf: ReadonlyMap<string, Placed[]>
} {
  const tops: Placed[] = []
  const childrenOf = new Map<string, Placed[]>()
  for (const span of byId.values()) {
    const { parentSpanId } = span
    if (parentSpanId === undefined || !byId.has(parentSpanId)) {
      tops.push(span)
      continue
    }
    const siblings = childrenOf.get(parentSpanId)
    if (siblings === undefined) childrenOf.set(parentSpanId, [span])
    else siblings.push(span)
  }
  return { tops: tops.sort(byStart), childrenOf }
}

// A loop and no recursion: a chain may be as deep as there are spans.
function inTreeOrder(
  byId: ReadonlyMap<string, Placed>,
  tops: readonly Placed[],
  childrenOf: ReadonlyMap<string, Placed[]>,
): SpanView[] {
  const ordered: SpanView[] = []
  const seen = new Set<string>()
  const walk = (starts: readonly Placed[]): void => {
    const waiting = starts.map((span) => ({ span, depth: 0 })).toReversed()
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { span, depth } = next
      if (seen.has(span.spanId)) continue
      seen.add(span.spanId)
      ordered.push({ ...span, depth })
      const children = (childrenOf.get(span.spanId) ?? []).sort(byStart)
      for (const child of children.toReversed()) waiting.push({ span: child, depth: depth + 1 })
    }
  }
  walk(tops)
  // Those that are left descend from themselves.
  for (const span of byId.values()) if (!seen.has(span.spanId)) walk([span])
  return ordered
}

function extent(spans: readonly SpanView[]): [startMs: number, endMs: number] {
  let [start, end] = [Infinity, -Infinity]
  for (const { startMs, durationMs } of spans) {
    start = Math.min(start, startMs)
    end = Math.max(end, startMs + durationMs)
  }
  return spans.length === 0 ? [0, 0] : [start, end]
}

function byStart(a: Placed, b: Placed): number {
  return a.startMs - b.startMs
}
