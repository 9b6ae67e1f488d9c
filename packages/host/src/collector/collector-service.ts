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
import { EntryIds } from './store/entry-ids.ts'
import { HistoryWriter } from './store/history-writer.ts'
import { History } from './store/history.ts'

const megabyte = 1_024 * 1_024
const hourMs = 3_600_000

const config: {
  readonly COLLECTOR_KEY: ConfigField<string>
  readonly DATABASE_URL: ConfigField<string>
  readonly MEMORY_MB: ConfigField<number>
  readonly HISTORY_MB: ConfigField<number>
  readonly HISTORY_HOURS: ConfigField<number>
} = {
  /** What senders and readers show. */
  COLLECTOR_KEY: string({ secret: true }),
  /** Where history is kept; without it everything is forgotten at the end. */
  DATABASE_URL: url({ protocols: ['postgres:', 'postgresql:'], default: '' }),
  /** For spans in memory, and as much for log records. */
  MEMORY_MB: integer({ min: 1, max: 1_024, default: 24 }),
  HISTORY_MB: integer({ min: 16, max: 1_048_576, default: 256 }),
  HISTORY_HOURS: integer({ min: 1, max: 87_600, default: 72 }),
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
      ...(kept === undefined ? {} : { history: { ...kept.history.stores, writer: kept.writer } }),
      clock,
    })
    const guard = keyGuard(given.COLLECTOR_KEY)
    const receivers = receiversOf(collector, guard, log)
    const stats = (): CollectorStats => statsOf(collector, receivers, kept)
    const api = new QueryApi({ collector, stats, guard, clock })
    const handler: HttpHandler = (request) => (receivers.byPath.get(request.url.path) ?? api).answer(request)
    const checks: HealthCheck[] =
      kept === undefined ? [] : [{ name: 'database', critical: false, check: () => kept.history.ping() }]
    const parts: Closeable[] = kept === undefined ? [] : [kept.history, kept.writer]
    return { handler, edge, checks, parts: [...parts, ownMetrics({ service: name, stats, metrics, collector, clock })] }
  },
})

interface Kept {
  readonly history: History
  readonly writer: HistoryWriter
}

async function openHistory(
  given: { readonly DATABASE_URL: string; readonly HISTORY_MB: number; readonly HISTORY_HOURS: number },
  { log, clock, random }: { readonly log: Logger; readonly clock: Clock; readonly random: Random },
): Promise<Kept | undefined> {
  if (given.DATABASE_URL === '') return undefined
  const retention = { maxBytes: given.HISTORY_MB * megabyte, maxAgeMs: given.HISTORY_HOURS * hourMs }
  const history = await History.open({ url: given.DATABASE_URL, retention, clock, random })
  const onRefused = (error: unknown): void => log.error({ err: error }, 'history does not take what it is given')
  return { history, writer: new HistoryWriter({ target: history, onRefused, clock }) }
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
    ...(kept === undefined ? {} : { history: { ...kept.history.stats, writes: kept.writer.stats } }),
    stream: collector.feed.stats,
  }
}
