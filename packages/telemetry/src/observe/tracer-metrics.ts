import type { MetricRegistry } from '../metrics/index.ts'
import type { Tracer } from '../traces/index.ts'
import { together } from './together.ts'

/**
 * Shows what has become of a tracer's spans, among the metrics.
 * @throws {TypeError} when the registry shows another tracer's.
 */
export function tracerMetrics(tracer: Tracer, registry: MetricRegistry): Disposable {
  const spans = {
    name: 'ashlar.telemetry.spans',
    description: 'Spans that have ended, by what has become of them.',
    unit: '{span}',
    labels: ['outcome'],
  } as const
  const traces = {
    name: 'ashlar.telemetry.traces.kept',
    description: 'Traces that were kept, by why.',
    unit: '{trace}',
    labels: ['reason'],
  } as const
  const early = {
    name: 'ashlar.telemetry.traces.decided_early',
    description: 'Traces that were decided before their first span here had ended.',
    unit: '{trace}',
  }
  const cuts = {
    name: 'ashlar.telemetry.spans.cuts',
    description: 'Attributes, events and links of spans that were left out, and texts that were shortened.',
    unit: '{cut}',
    labels: ['what'],
  } as const
  return together([
    () =>
      registry.observableCounter({
        ...spans,
        read: (report) => {
          const { kept, notKept, overflowed, overwritten } = tracer.counts
          report(kept, ['kept'])
          report(notKept, ['not-kept'])
          report(overflowed, ['overflowed'])
          report(overwritten, ['overwritten'])
        },
      }),
    () =>
      registry.observableCounter({
        ...traces,
        read: (report) => {
          for (const [reason, count] of Object.entries(tracer.counts.traces)) report(count, [reason])
        },
      }),
    () => registry.observableCounter({ ...early, read: (report) => report(tracer.counts.decidedEarly) }),
    () =>
      registry.observableCounter({
        ...cuts,
        read: (report) => {
          const { leftOut, shortened } = tracer.counts
          report(leftOut, ['left-out'])
          report(shortened, ['shortened'])
        },
      }),
  ])
}
