import { httpEdge, httpEdgeRows, type HttpHandler, type HttpRequest } from '@ashlar/http'
import { edgeTable, type Clock, type Closeable, type EdgeTable, type HealthCheck, type Random } from '@ashlar/kernel'
import { integer, service, string, url, type ConfigField, type Logger, type ServiceDefinition } from '@ashlar/service'
import { otlpEdgeRows, otlpLogs, otlpMetrics, otlpTraces, type OtlpSignal } from '@ashlar/telemetry/otlp'
import type { CollectorStats } from './collector-stats.ts'
import { Collector } from './collector.ts'
import { collectorEdgeRows } from './errors.ts'
import { keyGuard } from './guard.ts'
import { ownMetrics } from './own-metrics.ts'
import { QueryApi } from './query/query-api.ts'
import { BodyReader } from './receive/read-request.ts'
import { defaultBodyLimits, Receiver, type ReceiverOptions } from './receive/receiver.ts'
import type { Entry } from './store/entry.ts'
import { EntryIds } from './store/entry-ids.ts'
import { HistoryWriter } from './store/history-writer.ts'
import { History } from './store/history.ts'
import { maxWriteMs, type MetricEntry } from './store/metric-entry.ts'
import { writeMetrics } from './write-metrics.ts'

const megabyte = 1_024 * 1_024
const hourMs = 3_600_000

const config: {
  readonly COLLECTOR_KEY: ConfigField<string>
  readonly DATABASE_URL: ConfigField<string>
  readonly MEMORY_MB: ConfigField<number>
  readonly HISTORY_MB: ConfigField<number>
  readonly HISTORY_HOURS: ConfigField<number>
  readonly METRIC_HISTORY_MB: ConfigField<number>
  readonly METRIC_HISTORY_HOURS: ConfigField<number>
  readonly METRIC_WRITE_SECONDS: ConfigField<number>
} = {
  /** What senders and readers show. */
  COLLECTOR_KEY: string({ secret: true }),
  /** Where history is kept; without it everything is forgotten at the end. */
  DATABASE_URL: url({ protocols: ['postgres:', 'postgresql:'], default: '' }),
  /** For spans in memory, and as much for log records. */
  MEMORY_MB: integer({ min: 1, max: 1_024, default: 24 }),
  /** For spans and log records together. */
  HISTORY_MB: integer({ min: 16, max: 1_048_576, default: 256 }),
  HISTORY_HOURS: integer({ min: 1, max: 87_600, default: 72 }),
  METRIC_HISTORY_MB: integer({ min: 16, max: 1_048_576, default: 256 }),
  METRIC_HISTORY_HOURS: integer({ min: 1, max: 87_600, default: 168 }),
  /** How often metrics are written to history. More often costs room, less often costs more when the collector crashes. */
  METRIC_WRITE_SECONDS: integer({ min: 1, max: maxWriteMs / 1_000, default: 300 }),
}

const edge: EdgeTable = edgeTable(httpEdgeRows, otlpEdgeRows, collectorEdgeRows)

/** Receives what services tell of themselves, keeps it within bounds, and answers questions about it. */
export const collectorService: ServiceDefinition<typeof config> = service({
  name: 'collector',
  config,
  async start({ name, config: given, log, metrics, clock, random }) {
    const kept = await openHistory(given, { log, clock, random })
    const collector = new Collector({
      ids: new EntryIds(clock, await kept?.history.lastId()),
      maxRecentBytes: given.MEMORY_MB * megabyte,
      ...(kept === undefined ? {} : { history: { ...kept.history.stores, ...kept.writers } }),
      clock,
    })
    const guard = keyGuard(given.COLLECTOR_KEY)
    const receivers = receiversOf(collector, guard, log)
    const stats = (): CollectorStats => statsOf(collector, receivers, kept)
    const api = new QueryApi({ collector, stats, guard, clock })
    const handler: HttpHandler = (request) => (receivers.byPath.get(request.url.path) ?? api).answer(request)
    const checks: HealthCheck[] =
      kept === undefined ? [] : [{ name: 'database', critical: false, check: () => kept.history.ping() }]
    const everyMs = given.METRIC_WRITE_SECONDS * 1_000
    const parts: Closeable[] =
      kept === undefined
        ? []
        : [kept.history, ...Object.values(kept.writers), writeMetrics({ collector, everyMs, clock })]
    return { handler, edge, checks, parts: [...parts, ownMetrics({ service: name, stats, metrics, collector, clock })] }
  },
})

interface Kept {
  readonly history: History
  readonly writers: {
    readonly writer: HistoryWriter<'spans' | 'logs', Entry>
    readonly metricWriter: HistoryWriter<'metrics', MetricEntry>
  }
}

async function openHistory(
  given: {
    readonly DATABASE_URL: string
    readonly HISTORY_MB: number
    readonly HISTORY_HOURS: number
    readonly METRIC_HISTORY_MB: number
    readonly METRIC_HISTORY_HOURS: number
  },
  { log, clock, random }: { readonly log: Logger; readonly clock: Clock; readonly random: Random },
): Promise<Kept | undefined> {
  if (given.DATABASE_URL === '') return undefined
  const history = await History.open({
    url: given.DATABASE_URL,
    retention: { maxBytes: given.HISTORY_MB * megabyte, maxAgeMs: given.HISTORY_HOURS * hourMs },
    metricRetention: { maxBytes: given.METRIC_HISTORY_MB * megabyte, maxAgeMs: given.METRIC_HISTORY_HOURS * hourMs },
    clock,
    random,
  })
  const onRefused = (error: unknown): void => log.error({ err: error }, 'history does not take what it is given')
  const { metrics } = history.stores
  return {
    history,
    writers: {
      writer: new HistoryWriter({ kinds: ['spans', 'logs'], target: history, onRefused, clock }),
      metricWriter: new HistoryWriter({
        kinds: ['metrics'],
        target: metrics,
        maxQueueBytes: 8 * megabyte,
        onRefused,
        clock,
      }),
    },
  }
}

interface Receivers {
  readonly byPath: ReadonlyMap<string, { answer: HttpHandler }>
  readonly stats: () => CollectorStats['received']
}

function receiversOf(collector: Collector, guard: (request: HttpRequest) => void, log: Logger): Receivers {
  const bodies = new BodyReader(defaultBodyLimits)
  const onError = (error: unknown): void => log.error({ err: error }, 'an export request failed')
  const receiver = <T>(signal: OtlpSignal<T>, take: ReceiverOptions<T>['take']): Receiver<T> =>
    new Receiver({ signal, take, guard, edge: httpEdge(edge), bodies, onError })
  const traces = receiver(otlpTraces, (batches) => collector.addSpans(batches))
  const logs = receiver(otlpLogs, (batches) => collector.addLogs(batches))
  const metrics = receiver(otlpMetrics, (batches) => collector.addMetrics(batches))
  return {
    byPath: new Map<string, { answer: HttpHandler }>([
      [otlpTraces.path, traces],
      [otlpLogs.path, logs],
      [otlpMetrics.path, metrics],
    ]),
    stats: () => ({ traces: traces.stats, metrics: metrics.stats, logs: logs.stats }),
  }
}

function statsOf(collector: Collector, receivers: Receivers, kept: Kept | undefined): CollectorStats {
  return {
    received: receivers.stats(),
    recent: collector.recent,
    metrics: collector.metrics.stats,
    ...(kept === undefined ? {} : { history: historyStatsOf(kept) }),
    stream: collector.feed.stats,
  }
}

function historyStatsOf({ history, writers }: Kept): NonNullable<CollectorStats['history']> {
  const writes = { ...writers.writer.stats, ...writers.metricWriter.stats }
  return { ...history.stats, metrics: history.stores.metrics.stats, writes }
}
