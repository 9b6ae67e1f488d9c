import type { Exemplar, HistogramPoint, MetricSnapshot } from '../snapshot.ts'
import type { Family } from './family.ts'
import { labelName } from './names.ts'
import { boundNumber, inBase, sampleNumber } from './numbers.ts'

export type TextFormat = 'text' | 'openmetrics'

/** The lines of one family, a point at a time, so that who writes them can stop in between. */
export function* familyLines(metric: MetricSnapshot, family: Family, format: TextFormat): Generator<string> {
  yield headLines(metric, family, format)
  const names = labelNames(metric)
  if (metric.kind === 'histogram') {
    const bounds = [...metric.bounds.map((bound) => boundNumber(inBase(bound, family.unit))), '+Inf']
    const hasSum = format === 'text' || (metric.bounds[0] ?? 0) >= 0
    for (const point of metric.points) {
      yield histogramLines(point, { family, labels: labelPairs(names, point.labels), bounds, format, hasSum })
    }
    return
  }
  const sample = family.kind === 'counter' ? `${family.name}_total` : family.name
  for (const { labels, value } of metric.points) {
    yield `${sample}${braced(labelPairs(names, labels))} ${sampleNumber(inBase(value, family.unit))}\n`
  }
}

function headLines(metric: MetricSnapshot, { kind, name, unit }: Family, format: TextFormat): string {
  if (format === 'text') {
    const full = kind === 'counter' ? `${name}_total` : name
    const help = metric.description.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
    return `# HELP ${full} ${help}\n# TYPE ${full} ${kind}\n`
  }
  const unitLine = unit.name !== '' && name.endsWith(`_${unit.name}`) ? `# UNIT ${name} ${unit.name}\n` : ''
  return `# HELP ${name} ${escaped(metric.description)}\n# TYPE ${name} ${kind}\n${unitLine}`
}

interface HistogramParts {
  readonly family: Family
  readonly labels: string
  readonly bounds: readonly string[]
  readonly format: TextFormat
  /** OpenMetrics has no sum where values can be negative: it would not only grow. */
  readonly hasSum: boolean
}

function histogramLines(point: HistogramPoint, { family, labels, bounds, format, hasSum }: HistogramParts): string {
  const { name, unit } = family
  const head = `${name}_bucket{${labels === '' ? '' : `${labels},`}le="`
  // Joined, not added up: a scrape is mostly buckets, and strings of strings are what its garbage would be.
  const lines: string[] = []
  let count = 0
  for (const [at, bound] of bounds.entries()) {
    count += point.counts[at] ?? 0
    const exemplar = format === 'openmetrics' ? exemplarText(point.exemplars[at], family) : ''
    lines.push(head, bound, '"} ', String(count), exemplar, '\n')
  }
  if (!hasSum) return lines.join('')
  const sum = sampleNumber(inBase(point.sum, unit))
  // Counted here and not taken over: what does not agree with the buckets would be refused.
  lines.push(`${name}_sum${braced(labels)} ${sum}\n`, `${name}_count${braced(labels)} ${count}\n`)
  return lines.join('')
}

function exemplarText(exemplar: Exemplar | undefined, { unit }: Family): string {
  if (exemplar === undefined) return ''
  const { value, timeMs, traceId, spanId } = exemplar
  const ids = `trace_id="${escaped(traceId)}",span_id="${escaped(spanId)}"`
  return ` # {${ids}} ${sampleNumber(inBase(value, unit))} ${timeMs / 1_000}`
}

/** Names that Prometheus takes, all different; `le` is the buckets' own. */
function labelNames({ kind, labels }: MetricSnapshot): readonly string[] {
  const taken = new Set(kind === 'histogram' ? ['le'] : [])
  return labels.map((label) => {
    const name = labelName(label)
    let free = name
    for (let next = 2; taken.has(free); next += 1) free = `${name}_${next}`
    taken.add(free)
    return free
  })
}

function labelPairs(names: readonly string[], values: readonly string[]): string {
  return names.map((name, at) => `${name}="${escaped(values[at] ?? '')}"`).join()
}

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}
