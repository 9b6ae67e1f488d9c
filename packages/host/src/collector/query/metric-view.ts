import type { MetricHistory } from '../store/history-metrics.ts'
import { orNothing } from '../store/layered-entries.ts'
import { maxWriteMs, type MetricAbout, type MetricEntry, type SeriesPart } from '../store/metric-entry.ts'
import { keyOf, type SeriesIdentity } from '../store/metric-series.ts'
import type { MetricStore, StoredMetric } from '../store/metric-store.ts'
import { idAt } from '../store/entry-ids.ts'
import { SeriesInRange, type SeriesView } from './series-in-range.ts'
import { isWithin, type TimeRange } from './time-range.ts'

export interface MetricSummary {
  readonly name: string
  readonly kind: StoredMetric['kind']
  readonly unit: string
  readonly description: string
  readonly services: readonly string[]
  /** In memory: those of the last minutes. */
  readonly series: number
}

export interface MetricView extends Omit<MetricSummary, 'series'>, TimeRange {
  /** Whether this is all that is kept: not while the database is away, nor when it is more than one answer holds. */
  readonly complete: boolean
  readonly series: readonly SeriesView[]
}

export interface MetricSources {
  readonly recent: MetricStore
  /** Absent without a database, or when only the latest is asked for. */
  readonly history: MetricHistory | undefined
}

// What one answer holds at the most, and what is read of history for it. A day of a busy metric is some megabytes.
const maxPoints = 200_000
const maxSeries = 2_000
// Readers take eight megabytes; labels and buckets can be long.
const maxAnswerBytes = 6 * 1_024 * 1_024
const maxReadChars = 64 * 1_024 * 1_024
const pageEntries = 64

/** Those of the last minutes, and those that history has of the time from `fromMs` on; by name. */
export async function findMetrics({ recent, history }: MetricSources, fromMs: number): Promise<MetricSummary[]> {
  const found = new Map(recent.all().map((metric) => [metric.name, summaryOfMetric(metric)]))
  const older = (await history?.names(idAt(fromMs)).catch(orNothing([]))) ?? []
  for (const { name, about } of older) {
    const known = JSON.parse(about) as MetricAbout
    const { services } = found.get(name) ?? known
    // What it is, as it is now; whose it is, over all the time.
    const all = [...new Set([...services, ...known.services])].sort()
    found.set(name, { ...(found.get(name) ?? { name, ...known, series: 0 }), services: all })
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A metric of one service or of all; `undefined` when neither memory nor history has it. */
export async function findMetric(
  { recent, history }: MetricSources,
  name: string,
  asked: { readonly service: string | undefined; readonly range: TimeRange },
): Promise<MetricView | undefined> {
  const { range, service } = asked
  const metric = recent.get(name)
  const reading = new Reading(range, service)
  // Taken before history is read: what is written meanwhile is in both, and counts once.
  if (metric !== undefined) reading.addRecent(metric)
  if (history !== undefined) await reading.addHistory(history, name)
  const about = metric === undefined ? reading.about : summaryOfMetric(metric)
  if (about === undefined) return undefined
  const { kind, unit, description } = about
  const series = reading.views()
  const services = [...new Set([...about.services, ...series.map((one) => one.service)])].sort()
  return { name, kind, unit, description, services, ...range, complete: reading.isComplete, series }
}

function summaryOfMetric({ name, kind, unit, description, series }: StoredMetric): MetricSummary {
  const services = [...new Set([...series.values()].map(({ service }) => service))].sort()
  return { name, kind, unit, description, services, series: series.size }
}

/** Series as they are found, from the newest on. */
class Reading {
  readonly #range: TimeRange
  readonly #service: string | undefined
  readonly #maxSeries: number
  readonly #series = new Map<string, SeriesInRange>()
  isComplete = true
  /** As history knows it. */
  about: MetricAbout | undefined
  #kind: StoredMetric['kind'] | undefined

  constructor(range: TimeRange, service: string | undefined) {
    this.#range = range
    this.#service = service
    const pointsEach = (range.toMs - range.fromMs) / range.stepMs + 2
    this.#maxSeries = Math.min(maxSeries, Math.max(1, Math.floor(maxPoints / pointsEach)))
  }

  addRecent({ kind, series }: StoredMetric): void {
    this.#kind = kind
    for (const one of series.values()) {
      const { service, instance, startMs, attributes, histogram } = one
      const points = one.points(this.#range.fromMs)
      this.#add({ service, instance, startMs, attributes, points, histogram })
    }
  }

  async addHistory(history: MetricHistory, name: string): Promise<void> {
    const from = idAt(this.#range.fromMs)
    let before = idAt(this.#range.toMs + maxWriteMs)
    let chars = 0
    for (;;) {
      const entries = await history.find(name, { from, before }, pageEntries).catch(orNothing(undefined))
      if (entries === undefined) this.isComplete = false
      for (const entry of entries ?? []) {
        this.#addEntry(entry)
        chars += entry.content.length
      }
      if (entries === undefined || entries.length < pageEntries) return
      if (chars >= maxReadChars) {
        this.isComplete = false
        return
      }
      before = entries.at(-1)?.id ?? from
    }
  }

  /** As many as fit into an answer. */
  views(): SeriesView[] {
    const views: SeriesView[] = []
    let bytes = 0
    for (const one of this.#series.values()) {
      const view = one.view()
      bytes += Buffer.byteLength(JSON.stringify(view))
      if (bytes <= maxAnswerBytes) views.push(view)
      else this.isComplete = false
    }
    return views
  }

  #addEntry({ about, content }: MetricEntry): void {
    const known = JSON.parse(about) as MetricAbout
    this.about ??= known
    // Before, its numbers meant something else.
    if (known.kind !== (this.#kind ??= known.kind)) return
    if (this.#service !== undefined && !known.services.includes(this.#service)) return
    for (const part of JSON.parse(content) as SeriesPart[]) this.#add(part)
  }

  #add(part: SeriesPart): void {
    if (this.#service !== undefined && this.#service !== part.service) return
    // One of another time takes no room from those that are asked for.
    if (part.points.some(([timeMs]) => isWithin(this.#range, timeMs))) {
      this.#seriesOf(part)?.add(part.points, part.histogram)
    }
  }

  /** `undefined` for one too many. */
  #seriesOf(identity: SeriesIdentity): SeriesInRange | undefined {
    const key = keyOf(identity)
    const known = this.#series.get(key)
    if (known !== undefined) return known
    if (this.#series.size >= this.#maxSeries) {
      this.isComplete = false
      return undefined
    }
    const series = new SeriesInRange(identity, this.#kind ?? 'gauge', this.#range)
    this.#series.set(key, series)
    return series
  }
}
