import { closeable, type Clock, type Closeable, type Timer } from '@ashlar/kernel'
import type { MetricRegistry, Report } from '@ashlar/telemetry/metrics'
import { metricRecords } from '@ashlar/telemetry/otlp'
import type { Collector } from './collector.ts'
import type { CollectorStats } from './collector-stats.ts'

// As often as services tell of theirs.
const everyMs = 10_000

/** Counts what the collector took, refused and lost, as metrics of its own that it also keeps among all others. */
export function ownMetrics(options: {
  readonly service: string
  readonly stats: () => CollectorStats
  readonly metrics: MetricRegistry
  readonly collector: Collector
  readonly clock: Clock
}): Closeable {
  const { service, stats, metrics, collector, clock } = options
  const undo = register(metrics, stats)
  let timer: Timer | undefined
  const tell = (): void => {
    const records = metricRecords(metrics.snapshot(), { startMs: metrics.startMs, timeMs: clock.wall() })
    collector.addMetrics([
      { resource: { 'service.name': service }, scope: { name: '@ashlar/host', version: '' }, records },
    ])
    timer = clock.timer(everyMs, tell, { background: true })
  }
  timer = clock.timer(everyMs, tell, { background: true })
  return closeable(() => {
    timer?.cancel()
    for (const each of undo) each[Symbol.dispose]()
  })
}

function register(metrics: MetricRegistry, stats: () => CollectorStats): readonly Disposable[] {
  const counter = <const L extends readonly string[]>(
    name: string,
    description: string,
    labels: L,
    read: (report: Report<L>) => void,
  ): Disposable =>
    metrics.observableCounter({ name: `ashlar.collector.${name}`, description, unit: '{item}', labels, read })
  return [
    counter('accepted', 'Spans, data points and log records that were taken.', ['signal'], (report) => {
      for (const [signal, { accepted }] of Object.entries(stats().received)) report(accepted, [signal])
    }),
    counter('rejected', 'Spans, data points and log records that were sent and not taken.', ['signal'], (report) => {
      for (const [signal, { rejected }] of Object.entries(stats().received)) report(rejected, [signal])
    }),
    counter('cut', 'Attributes, events and texts that were left out or cut.', ['signal'], (report) => {
      for (const [signal, { cut }] of Object.entries(stats().received)) report(cut, [signal])
    }),
    counter(
      'history.written',
      'Spans, data points and log records that were written to history.',
      ['signal'],
      (report) => {
        for (const [signal, { written }] of Object.entries(stats().history?.writes ?? {})) report(written, [signal])
      },
    ),
    counter(
      'history.lost',
      'Spans, data points and log records that history does not have.',
      ['signal', 'reason'],
      (report) => {
        for (const [signal, { lost }] of Object.entries(stats().history?.writes ?? {})) {
          for (const [reason, count] of Object.entries(lost)) report(count, [signal, reason])
        }
      },
    ),
  ]
}
