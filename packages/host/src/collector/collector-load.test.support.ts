import { openDatabase, sql, type Database } from '@ashlar/sql'
import { sleep, systemClock } from '@ashlar/kernel'
import { OtlpExporter } from '@ashlar/telemetry/otlp'
import type { SpanRecord } from '@ashlar/telemetry/traces'
import { ownMemoryOf } from '../process-info.ts'
import {
  authorized,
  eventually,
  startCollectorProcess,
  startPostgres,
  type Scope,
} from './collector-process.test.support.ts'

/** What came of sending spans to a collector for some time. */
export interface LoadFigures {
  readonly offered: number
  readonly offeredPerSecond: number
  /** By the sender's own count: taken by the collector, and lost on the way. */
  readonly exported: number
  readonly lostBySender: number
  /** By the collector's count. */
  readonly accepted: number
  readonly written: number
  readonly lostByCollector: number
  /** In the database. */
  readonly stored: number
  readonly collectorPeakMb: number
  readonly senderQueuePeak: number
  /** What telling of one span cost the sender, in microseconds. */
  readonly microsecondsEach: number
}

// As services do: each sends one batch at a time.
const senderCount = 4
const spansOfTrace = 10
const tickMs = 10

/** Sends so many spans a second, in traces of ten, through exporters of our own, and counts what became of them. */
export async function loadCollector(
  scope: Scope,
  options: { readonly spansPerSecond: number; readonly seconds: number; readonly isHistoryHeld?: boolean },
): Promise<LoadFigures> {
  const postgres = await startPostgres(scope)
  const url = postgres.urlFor('collector')
  const collector = await startCollectorProcess(scope, url, { HISTORY_MB: '4096' })
  await using db = await openDatabase({ url })
  const release = options.isHistoryHeld === true ? await holdHistory(db) : undefined
  const senders = Array.from({ length: senderCount }, (_, at) => {
    const service = { name: `sender-${at}`, version: '1', instanceId: 'one' }
    return new OtlpExporter({ endpoint: collector.url, headers: authorized, service })
  })
  let [offered, workedMs, senderQueuePeak, peak] = [0, 0, 0, 0]
  const total = options.spansPerSecond * options.seconds
  const startMs = systemClock.now()
  while (offered < total) {
    const due = Math.min(total, ((systemClock.now() - startMs) / 1_000) * options.spansPerSecond)
    const beginMs = systemClock.now()
    for (; offered + spansOfTrace <= due; offered += spansOfTrace) {
      senders[(offered / spansOfTrace) % senderCount]?.addSpans(traceAt(offered))
    }
    workedMs += systemClock.now() - beginMs
    senderQueuePeak = Math.max(senderQueuePeak, ...senders.map(({ stats }) => stats.traces.queuedItems))
    peak = Math.max(peak, ownMemoryOf(collector.pid) ?? 0)
    await sleep(systemClock, tickMs)
  }
  const tookMs = systemClock.now() - startMs
  await Promise.all(senders.map((sender) => sender.drain(new AbortController().signal)))
  await release?.()
  const sent = senders.map(({ stats }) => stats.traces)
  await Promise.all(senders.map((sender) => sender[Symbol.asyncDispose]()))
  const { history, received } = await eventually(collector.stats, (stats) => stats.history?.writes.spans.queued === 0)
  const writes = history?.writes.spans
  const { stored } = await db.one(
    sql<{ stored: number }>`select coalesce(sum(count), 0)::int8 as stored from span_entry`,
  )
  return {
    offered,
    offeredPerSecond: Math.round((offered * 1_000) / tookMs),
    exported: sent.reduce((all, { exported }) => all + exported, 0),
    lostBySender: sent.reduce((all, { lost }) => all + sum(lost), 0),
    accepted: received.traces.accepted,
    written: writes?.written ?? 0,
    lostByCollector: sum(writes?.lost ?? {}) + received.traces.rejected,
    stored,
    collectorPeakMb: Math.round(Math.max(peak, ownMemoryOf(collector.pid) ?? 0) / 1_048_576),
    senderQueuePeak,
    microsecondsEach: Math.round((workedMs * 100_000) / offered) / 100,
  }
}

/** What is wrong with them: empty when everything that was sent is stored or counted as lost, and memory is bounded. */
export function judgeLoad(figures: LoadFigures, maxMb: number): string[] {
  const { offered, exported, lostBySender, accepted, written, lostByCollector, stored } = figures
  const claims: [boolean, string][] = [
    [exported + lostBySender === offered, 'every span that was offered is exported or counted as lost by the sender'],
    [accepted === exported, 'what the sender calls exported is what the collector accepted'],
    [written === stored, 'what the collector calls written is what the database holds'],
    [offered - stored === lostBySender + lostByCollector, 'what is not stored is counted as lost, exactly'],
    [figures.collectorPeakMb <= maxMb, `the collector takes no more than ${maxMb} MB`],
    [figures.senderQueuePeak <= 8_192, 'the sender’s queue is bounded'],
    [figures.microsecondsEach <= 25, 'the sender is not slowed'],
  ]
  return claims.flatMap(([holds, claim]) => (holds ? [] : [`does not hold: ${claim}; ${JSON.stringify(figures)}`]))
}

/** Lets nobody write to history until the returned function is called. */
async function holdHistory(db: Database): Promise<() => Promise<void>> {
  const [held, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const holding = db.transaction(async (tx) => {
    await tx.run(sql`lock table span_entry in exclusive mode`)
    held.resolve()
    await over.promise
  })
  await held.promise
  return async () => {
    over.resolve()
    await holding
  }
}

// Objects that are built anew, as a program's are; ids that differ.
function traceAt(first: number): SpanRecord[] {
  const traceId = (first + 1).toString(16).padStart(32, '0')
  const startMs = systemClock.wall()
  return Array.from({ length: spansOfTrace }, (_, at): SpanRecord => ({
    traceId,
    spanId: (first + at + 1).toString(16).padStart(16, '0'),
    parentSpanId: at === 0 ? undefined : (first + 1).toString(16).padStart(16, '0'),
    name: 'POST /api/orders',
    kind: 'server',
    startMs,
    durationMs: 12.5,
    attributes: { 'http.request.method': 'POST', 'http.route': '/api/orders', 'http.response.status_code': 201 },
    error: undefined,
    events: [],
    links: [],
  }))
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}
