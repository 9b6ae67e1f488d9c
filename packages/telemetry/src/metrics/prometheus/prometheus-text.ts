import type { MetricSnapshot } from '../snapshot.ts'
import { familyOf, sampleNames } from './family.ts'
import { familyLines, type TextFormat } from './lines.ts'

export interface PrometheusTextOptions {
  /** `text` is Prometheus' own 0.0.4, `openmetrics` is OpenMetrics 1.0, with exemplars. @default 'text' */
  readonly format?: TextFormat
  /** Families that would make it longer are left out whole. @default 16_777_216 */
  readonly maxCharacters?: number
}

/**
 * Metrics as Prometheus reads them: names in snake case with their base unit, times in seconds.
 *
 * Always well-formed, whatever the metrics are called. A family that has a name of one before it, or for which there is no
 * room, is left out whole, and `ashlar_metrics_left_out` then says how many were. A metric without a point is not
 * mentioned.
 */
export function prometheusText(metrics: Iterable<MetricSnapshot>, options: PrometheusTextOptions = {}): string {
  const { format = 'text', maxCharacters = 2 ** 24 } = options
  const taken = new Set(sampleNames(familyOf(leftOutMetric)))
  let text = ''
  let leftOut = 0
  for (const metric of metrics) {
    if (metric.points.length === 0) continue
    const family = familyOf(metric)
    const names = sampleNames(family)
    const room = maxCharacters - text.length
    const added = names.some((name) => taken.has(name)) ? undefined : within(room, familyLines(metric, family, format))
    if (added === undefined) {
      leftOut += 1
      continue
    }
    for (const name of names) taken.add(name)
    text += added
  }
  if (leftOut > 0) {
    const metric: MetricSnapshot = { ...leftOutMetric, points: [{ labels: [], value: leftOut }] }
    text += [...familyLines(metric, familyOf(metric), format)].join('')
  }
  return format === 'openmetrics' ? `${text}# EOF\n` : text
}

const leftOutMetric = {
  kind: 'gauge',
  name: 'ashlar.metrics.left.out',
  description: 'Metrics that are not shown here: another has the name, or there was no room.',
  unit: '{metric}',
  labels: [],
} as const

/** All pieces as one, or nothing as soon as they are longer than `room`. */
function within(room: number, pieces: Iterable<string>): string | undefined {
  let text = ''
  for (const piece of pieces) {
    text += piece
    if (text.length > room) return undefined
  }
  return text
}
