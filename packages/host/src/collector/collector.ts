import type { Clock } from '@ashlar/kernel'
import type { LogRecord, MetricRecord, OtlpBatch } from '@ashlar/telemetry/otlp'
import type { SpanRecord } from '@ashlar/telemetry/traces'
import { LiveFeed } from './live-feed.ts'
import { describeLog } from './query/log-view.ts'
import { logEntries, spanEntries, type Entry } from './store/entry.ts'
import type { EntryIds } from './store/entry-ids.ts'
import type { EntryStore } from './store/entry-store.ts'
import type { MetricHistory } from './store/history-metrics.ts'
import type { HistoryWriter } from './store/history-writer.ts'
import { LayeredEntries } from './store/layered-entries.ts'
import { takeMetricEntries, type MetricEntry } from './store/metric-entry.ts'
import { MetricStore } from './store/metric-store.ts'
import { RecentEntries } from './store/recent-entries.ts'

export interface CollectorHistory {
  readonly spans: EntryStore
  readonly logs: EntryStore
  readonly metrics: MetricHistory
  readonly writer: HistoryWriter<'spans' | 'logs', Entry>
  /** With a queue of its own: spans that wait take no room from what tells of them. */
  readonly metricWriter: HistoryWriter<'metrics', MetricEntry>
}

export interface CollectorOptions {
  readonly ids: EntryIds
  /** For spans, and as much for log records. @default 24 MiB */
  readonly maxRecentBytes?: number
  /** What is older than memory reaches; absent without a database. */
  readonly history?: CollectorHistory
  readonly clock: Clock
}

// What one event of the stream lists; of more it says how many there were. Readers take a megabyte at the most.
const maxListed = 200
const maxListedChars = 256 * 1_024

/** All that was reported: the latest in memory, the rest in history. */
export class Collector {
  readonly feed: LiveFeed = new LiveFeed()
  readonly metrics: MetricStore
  readonly metricHistory: MetricHistory | undefined
  readonly spans: EntryStore
  readonly logs: EntryStore
  readonly #recent: { readonly spans: RecentEntries; readonly logs: RecentEntries }
  readonly #history: CollectorHistory | undefined
  readonly #ids: EntryIds

  constructor({ ids, maxRecentBytes = 24 * 1_024 * 1_024, history, clock }: CollectorOptions) {
    this.#ids = ids
    this.#history = history
    this.metricHistory = history?.metrics
    this.#recent = { spans: new RecentEntries(maxRecentBytes), logs: new RecentEntries(maxRecentBytes) }
    this.spans = new LayeredEntries(this.#recent.spans, history?.spans)
    this.logs = new LayeredEntries(this.#recent.logs, history?.logs)
    this.metrics = new MetricStore({ clock })
  }

  get recent(): { readonly spans: RecentEntries['size']; readonly logs: RecentEntries['size'] } {
    return { spans: this.#recent.spans.size, logs: this.#recent.logs.size }
  }

  /** Returns 0: there is room for every span, in place of older ones. */
  addSpans(batches: readonly OtlpBatch<SpanRecord>[]): number {
    const entries = spanEntries(batches, this.#ids.next)
    this.#keep('spans', entries)
    if (entries.length > 0 && this.feed.isWanted('spans')) {
      const listed = entries.slice(0, maxListed).map(describeEntry)
      this.feed.publish('spans', lastId(entries), { entries: listed, omitted: entries.length - listed.length })
    }
    return 0
  }

  /** Returns 0, as for spans. */
  addLogs(batches: readonly OtlpBatch<LogRecord>[]): number {
    const entries = logEntries(batches, this.#ids.next)
    this.#keep('logs', entries)
    if (entries.length > 0 && this.feed.isWanted('logs')) {
      const listed = thatFit(entries).map(describeLog)
      this.feed.publish('logs', lastId(entries), { logs: listed, omitted: entries.length - listed.length })
    }
    return 0
  }

  /** Returns how many data points were refused. */
  addMetrics(batches: readonly OtlpBatch<MetricRecord>[]): number {
    const refused = this.metrics.add(batches)
    if (this.feed.isWanted('metrics')) {
      const names = [...new Set(batches.flatMap(({ records }) => records.map(({ name }) => name)))]
      this.feed.publish('metrics', this.#ids.next(), { names: names.slice(0, maxListed) })
    }
    return refused
  }

  /** Brings on its way into history what metrics were since this was last called. Costs nothing without a history. */
  writeMetrics(): void {
    const writer = this.#history?.metricWriter
    if (writer !== undefined) writer.offer('metrics', takeMetricEntries(this.metrics.all(), this.#ids.next))
  }

  #keep(kind: 'spans' | 'logs', entries: readonly Entry[]): void {
    this.#recent[kind].add(entries)
    this.#history?.writer.offer(kind, entries)
  }
}

/** Without its content: who wants that asks for the trace. */
function describeEntry({ id, traceId, service, rank, hasError, count }: Entry): object {
  return { id, traceId, service, longestMs: rank, hasError, spans: count }
}

function thatFit(entries: readonly Entry[]): Entry[] {
  let chars = 0
  return entries.slice(0, maxListed).filter(({ content }) => (chars += content.length) <= maxListedChars)
}

function lastId(entries: readonly Entry[]): number {
  return entries.at(-1)?.id ?? 0
}
