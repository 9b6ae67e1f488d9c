import type { SpanView, TraceView } from './collector/query/trace-view.ts'
import { inline } from './printable.ts'
import { table } from './table.ts'

const barWidths = { least: 10, most: 32 }
const nameWidths = { least: 24, most: 60 }

/**
 * A trace as lines of text: its spans as a tree, and beside each when it was under way.
 * @param columns what a line should fit in; names have more of it than bars, and why a span failed comes on top.
 */
export function waterfall(trace: TraceView, columns = 120): string[] {
  const header = ['service', 'span', '', 'from', 'took', '']
  const rows = trace.spans.map((span) => [
    inline(span.service),
    nameOf(span),
    '',
    milliseconds(span.startMs - trace.startMs),
    milliseconds(span.durationMs),
    span.error === undefined ? '' : `failed: ${inline(span.error)}`,
  ])
  const widest = (column: number): number => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0))
  const room = columns - [0, 3, 4].reduce((taken, column) => taken + widest(column) + 2, 2)
  const nameWidth = Math.min(widest(1), nameWidths.most, Math.max(nameWidths.least, room - barWidths.least))
  const barWidth = Math.min(barWidths.most, Math.max(barWidths.least, room - nameWidth))
  const fitted = rows.map(([service = '', name = '', , ...rest], at) =>
    [service, cut(name, nameWidth), barOf(trace.spans[at] as SpanView, trace, barWidth)].concat(rest),
  )
  return table([header, ...fitted], [3, 4])
}

/** A text in a column that is so wide at the most. */
export function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text
}

/** `12.3 ms`, `4.57 s`. */
export function milliseconds(ms: number): string {
  return ms < 10_000 ? `${ms.toFixed(1)} ms` : `${(ms / 1_000).toFixed(2)} s`
}

function nameOf({ name, depth, kind }: SpanView): string {
  // A tree deeper than that is told by its order.
  const indent = '  '.repeat(Math.min(depth, 12))
  return `${indent}${inline(name)}${kind === 'internal' ? '' : ` (${kind})`}`
}

function barOf({ startMs, durationMs }: SpanView, trace: TraceView, barWidth: number): string {
  const share = trace.durationMs > 0 ? barWidth / trace.durationMs : 0
  const from = Math.min(barWidth - 1, Math.max(0, Math.floor((startMs - trace.startMs) * share)))
  const width = Math.max(1, Math.min(barWidth - from, Math.round(durationMs * share)))
  return `${'·'.repeat(from)}${'█'.repeat(width)}${'·'.repeat(barWidth - from - width)}`
}
