import type { SpanView, TraceView } from './collector/query/trace-view.ts'
import { inline } from './printable.ts'
import { table } from './table.ts'

const barWidth = 32
const maxNameWidth = 60

/** A trace as lines of text: its spans as a tree, and beside each when it was under way. */
export function waterfall(trace: TraceView): string[] {
  const header = ['service', 'span', '', 'from', 'took', '']
  const rows = trace.spans.map((span) => [
    inline(span.service),
    nameOf(span),
    barOf(span, trace),
    milliseconds(span.startMs - trace.startMs),
    milliseconds(span.durationMs),
    span.error === undefined ? '' : `failed: ${inline(span.error)}`,
  ])
  return table([header, ...rows], [3, 4])
}

/** `12.3 ms`, `4.57 s`. */
export function milliseconds(ms: number): string {
  return ms < 10_000 ? `${ms.toFixed(1)} ms` : `${(ms / 1_000).toFixed(2)} s`
}

function nameOf({ name, depth, kind }: SpanView): string {
  // A tree deeper than that is told by its order.
  const indent = '  '.repeat(Math.min(depth, 12))
  const text = `${indent}${inline(name)}${kind === 'internal' ? '' : ` (${kind})`}`
  return text.length > maxNameWidth ? `${text.slice(0, maxNameWidth - 1)}…` : text
}

function barOf({ startMs, durationMs }: SpanView, trace: TraceView): string {
  const share = trace.durationMs > 0 ? barWidth / trace.durationMs : 0
  const from = Math.min(barWidth - 1, Math.max(0, Math.floor((startMs - trace.startMs) * share)))
  const width = Math.max(1, Math.min(barWidth - from, Math.round(durationMs * share)))
  return `${'·'.repeat(from)}${'█'.repeat(width)}${'·'.repeat(barWidth - from - width)}`
}
