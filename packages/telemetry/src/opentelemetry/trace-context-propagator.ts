import {
  createTraceState,
  trace,
  type Context,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from '@opentelemetry/api'
import { parseTraceparent, traceHeaders } from '@ashlar/kernel'
import { traceOf } from './bridge-span.ts'
import { isSuppressed } from './suppression.ts'

/** Reads and writes `traceparent` and `tracestate` as kernel does. Source: W3C Trace Context, level 2. */
export class TraceContextPropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const place = isSuppressed(context) ? undefined : traceOf(trace.getSpan(context))
    if (place === undefined) return
    for (const [name, value] of Object.entries(traceHeaders(place))) setter.set(carrier, name, value)
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const place = parseTraceparent(first(getter.get(carrier, 'traceparent')), all(getter.get(carrier, 'tracestate')))
    if (place === undefined) return context
    const { traceId, spanId, sampled, random, state } = place
    const remote: SpanContext = { traceId, spanId, traceFlags: (sampled ? 1 : 0) | (random ? 2 : 0), isRemote: true }
    const spanContext = state === undefined ? remote : { ...remote, traceState: createTraceState(state) }
    return trace.setSpan(context, trace.wrapSpanContext(spanContext))
  }

  fields(): string[] {
    return ['traceparent', 'tracestate']
  }
}

/** A header that comes twice is one that nobody can trust. */
function first(values: string | string[] | undefined): string | undefined {
  return Array.isArray(values) ? (values.length === 1 ? values[0] : undefined) : values
}

function all(values: string | string[] | undefined): string | undefined {
  return Array.isArray(values) ? values.join(',') : values
}
