import { prometheusText, type MetricSnapshot } from '@ashlar/telemetry/metrics'

/** What Prometheus finds in a scrape: the names of samples, each with its labels. */
export type Samples = ReadonlyMap<string, ReadonlySet<string>>

/** The samples that metrics can have, as they are written for Prometheus. */
export function samplesOf(metrics: readonly MetricSnapshot[]): Samples {
  const samples = new Map<string, Set<string>>()
  for (const line of prometheusText(metrics.map(withPoint)).split('\n')) {
    const [, name, labels = ''] = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? /.exec(line) ?? []
    if (name === undefined) continue
    samples.set(name, new Set([...labels.matchAll(/([a-z_][a-z0-9_]*)="/g)].map(([, label]) => label as string)))
  }
  return samples
}

/** A metric without a point is not written. */
function withPoint(metric: MetricSnapshot): MetricSnapshot {
  const labels = metric.labels.map(() => '')
  if (metric.kind !== 'histogram') return { ...metric, points: [{ labels, value: 1 }] }
  const counts = [1, ...metric.bounds.map(() => 0)]
  return { ...metric, points: [{ labels, count: 1, sum: 1, counts, exemplars: [] }] }
}
