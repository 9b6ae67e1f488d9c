import type { Collector } from './collector.ts'
import type { LiveFeed } from './live-feed.ts'
import type { ReceiveStats } from './receive/receive-counts.ts'
import type { WriteStats } from './store/history-writer.ts'
import type { MetricStore } from './store/metric-store.ts'

/** What the collector has taken, holds, has written and has lost, since it was started. */
export interface CollectorStats {
  readonly received: Readonly<Record<'traces' | 'metrics' | 'logs', ReceiveStats>>
  /** In memory. */
  readonly recent: Collector['recent']
  readonly metrics: MetricStore['stats']
  /** Absent without a database. */
  readonly history?: {
    /** Of spans and log records. */
    readonly bytes: number
    readonly droppedSlices: number
    readonly metrics: { readonly bytes: number; readonly droppedSlices: number }
    readonly writes: Readonly<Record<'spans' | 'logs' | 'metrics', WriteStats>>
  }
  readonly stream: LiveFeed['stats']
}
