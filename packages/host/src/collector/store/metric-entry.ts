import type { HistogramState } from './histogram-state.ts'
import type { SeriesIdentity, SeriesPoint } from './metric-series.ts'
import type { StoredMetric } from './metric-store.ts'

/** What some series of one metric were for some minutes: written once, never changed. */
export interface MetricEntry {
  /** Grows with the time of writing: see `EntryIds`. */
  readonly id: number
  readonly name: string
  /** `MetricAbout` as JSON. */
  readonly about: string
  /** How many points these are. */
  readonly count: number
  /** `SeriesPart[]` as JSON. */
  readonly content: string
}

export interface MetricAbout {
  readonly kind: StoredMetric['kind']
  readonly unit: string
  readonly description: string
  readonly services: readonly string[]
}

export interface SeriesPart extends SeriesIdentity {
  /** Oldest first. */
  readonly points: readonly SeriesPoint[]
  /** Of a histogram: how it stood at the last of them. */
  readonly histogram?: HistogramState | undefined
}

/** So long after a point, at the most, the entry is written that has it: memory must still have it then. */
export const maxWriteMs = 600_000

// The last point of each: finer ones are in memory.
const stepMs = 60_000
// Larger ones are split, so that a reader has a bound for what it takes at a time.
const maxContentChars = 65_536

/** Everything about these metrics that has not been taken yet. */
export function takeMetricEntries(metrics: Iterable<StoredMetric>, nextId: () => number): MetricEntry[] {
  const entries: MetricEntry[] = []
  for (const metric of metrics) {
    let pending: Pending = { parts: [], services: new Set(), chars: 0, count: 0 }
    for (const series of metric.series.values()) {
      const points = series.take(stepMs)
      if (points.length === 0) continue
      const { service, instance, startMs, attributes, histogram } = series
      const part = JSON.stringify({ service, instance, startMs, attributes, points, histogram } satisfies SeriesPart)
      if (pending.count > 0 && pending.chars + part.length > maxContentChars) {
        entries.push(entryOf(metric, pending, nextId()))
        pending = { parts: [], services: new Set(), chars: 0, count: 0 }
      }
      pending.parts.push(part)
      pending.services.add(service)
      pending.chars += part.length
      pending.count += points.length
    }
    if (pending.count > 0) entries.push(entryOf(metric, pending, nextId()))
  }
  return entries
}

interface Pending {
  readonly parts: string[]
  readonly services: Set<string>
  chars: number
  count: number
}

function entryOf({ name, kind, unit, description }: StoredMetric, pending: Pending, id: number): MetricEntry {
  const about = { kind, unit, description, services: [...pending.services] } satisfies MetricAbout
  return { id, name, about: JSON.stringify(about), count: pending.count, content: `[${pending.parts.join(',')}]` }
}
