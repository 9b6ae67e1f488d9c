import { currentCall, type DeclaredChannel, type MetricDescriptor, type TraceContext } from '@ashlar/kernel'
import type { LabelValue, MetricRegistry } from '../metrics/index.ts'
import type { Tracer } from '../traces/index.ts'
import { plainField, type ChannelEvent, type Consumer } from './event.ts'

/**
 * What keeps the metrics of a channel's events.
 * @throws {TypeError} when a metric of another shape has the name of one of them.
 */
export function channelMetrics({ descriptor }: DeclaredChannel, registry: MetricRegistry, tracer?: Tracer): Consumer[] {
  const { metrics = [], span, description } = descriptor
  return metrics.map((metric) =>
    metricConsumer({ metric, description, traceField: span?.traceField }, registry, tracer),
  )
}

interface ChannelMetric {
  readonly metric: MetricDescriptor
  readonly description: string
  readonly traceField: string | undefined
}

function metricConsumer(
  { metric, description, traceField }: ChannelMetric,
  registry: MetricRegistry,
  tracer: Tracer | undefined,
): Consumer {
  const { name, kind, unit, field, attributes } = metric
  const options = { name, description, unit, labels: attributes }
  const labelsOf = labelsReader(attributes)
  const numberOf = numberReader(field)
  if (kind === 'counter') {
    const counter = registry.counter(options)
    return (event) => counter.add(numberOf(event), labelsOf(event))
  }
  if (kind === 'gauge') {
    const gauge = registry.gauge(options)
    return (event) => gauge.set(numberOf(event), labelsOf(event))
  }
  const histogram = registry.histogram({ ...options, exemplars: tracer !== undefined })
  return (event) => histogram.observe(numberOf(event), labelsOf(event), exemplarTrace(event, traceField, tracer))
}

/** Fills one list again and again: the registry does not keep it. */
function labelsReader(attributes: readonly string[]): (event: ChannelEvent) => readonly LabelValue[] {
  const values: LabelValue[] = attributes.map(() => undefined)
  return (event) => {
    for (let at = 0; at < attributes.length; at++) values[at] = plainField(event, attributes[at] as string)
    return values
  }
}

/** What is no number is counted by the registry, as NaN. */
function numberReader(field: string | undefined): (event: ChannelEvent) => number {
  if (field === undefined) return () => 1
  return (event) => {
    const value = event[field]
    return typeof value === 'number' ? value : Number.NaN
  }
}

/** The trace to show beside a value, said to be kept when it is known that it will be: others would lead nowhere. */
function exemplarTrace(
  event: ChannelEvent,
  field: string | undefined,
  tracer: Tracer | undefined,
): TraceContext | undefined {
  if (tracer === undefined) return undefined
  const trace = field === undefined ? currentCall()?.trace : (event[field] as TraceContext | undefined)
  if (trace === undefined || trace.sampled || !tracer.willKeep(trace)) return trace
  return { traceId: trace.traceId, spanId: trace.spanId, sampled: true }
}
