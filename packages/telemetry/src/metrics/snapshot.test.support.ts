import type { MetricRegistry } from './registry.ts'
import type { HistogramPoint, NumberPoint } from './snapshot.ts'

type Point = NumberPoint | HistogramPoint

export function pointsOf(registry: MetricRegistry, name: string): readonly Point[] {
  const metric = registry.snapshot().find((each) => each.name === name)
  if (metric === undefined) throw new Error(`there is no metric ${name}`)
  return metric.points
}

/** The value of one series of a counter or gauge. */
export function valueOf(registry: MetricRegistry, name: string, ...labels: string[]): number | undefined {
  const point = pointsOf(registry, name).find((each) => isDeepEqual(each.labels, labels))
  return point !== undefined && 'value' in point ? point.value : undefined
}

function isDeepEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((label, at) => label === b[at])
}
