import {
  context as activeContext,
  INVALID_SPAN_CONTEXT,
  SpanKind as OtelSpanKind,
  trace,
  type Context,
  type Span as OtelSpan,
  type SpanOptions as OtelSpanOptions,
  type Tracer as OtelTracer,
  type TracerProvider,
} from '@opentelemetry/api'
import type { SpanKind } from '../traces/span-record.ts'
import type { SpanOptions } from '../traces/span.ts'
import type { Tracer } from '../traces/tracer.ts'
import { bridgeOf, plainAttributes, traceOf } from './bridge-span.ts'
import { isSuppressed } from './suppression.ts'
import { epochMsOf } from './time-input.ts'

const kinds: Readonly<Record<OtelSpanKind, SpanKind>> = {
  [OtelSpanKind.INTERNAL]: 'internal',
  [OtelSpanKind.SERVER]: 'server',
  [OtelSpanKind.CLIENT]: 'client',
  [OtelSpanKind.PRODUCER]: 'producer',
  [OtelSpanKind.CONSUMER]: 'consumer',
}

/** Gives third-party code tracers that record with ours; their names are attributes of their spans. */
export class BridgeTracerProvider implements TracerProvider {
  readonly #tracer: Tracer

  constructor(tracer: Tracer) {
    this.#tracer = tracer
  }

  getTracer(name: string, version?: string): OtelTracer {
    return new BridgeTracer(this.#tracer, {
      ...(name === '' ? {} : { 'otel.scope.name': name }),
      ...(version === undefined ? {} : { 'otel.scope.version': version }),
    })
  }
}

class BridgeTracer implements OtelTracer {
  readonly #tracer: Tracer
  readonly #scope: Readonly<Record<string, string>>

  constructor(tracer: Tracer, scope: Readonly<Record<string, string>>) {
    this.#tracer = tracer
    this.#scope = scope
  }

  startSpan(name: unknown, options: OtelSpanOptions = {}, context: Context = activeContext.active()): OtelSpan {
    if (isSuppressed(context)) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
    const startMs = epochMsOf(options.startTime)
    const begun: SpanOptions = {
      kind: kinds[options.kind ?? OtelSpanKind.INTERNAL],
      attributes: { ...this.#scope, ...plainAttributes(options.attributes) },
      parent: options.root === true ? null : (traceOf(trace.getSpan(context)) ?? null),
      ...(startMs === undefined ? {} : { startMs }),
    }
    return bridgeOf(this.#tracer.start(String(name), begun)).addLinks(options.links ?? [])
  }

  startActiveSpan<F extends (span: OtelSpan) => unknown>(name: string, fn: F): ReturnType<F>
  startActiveSpan<F extends (span: OtelSpan) => unknown>(name: string, options: OtelSpanOptions, fn: F): ReturnType<F>
  startActiveSpan<F extends (span: OtelSpan) => unknown>(
    name: string,
    options: OtelSpanOptions,
    context: Context,
    fn: F,
  ): ReturnType<F>
  startActiveSpan<F extends (span: OtelSpan) => unknown>(
    name: string,
    ...rest: [F] | [OtelSpanOptions, F] | [OtelSpanOptions, Context, F]
  ): ReturnType<F> {
    const fn = rest.at(-1) as F
    const options = rest.length > 1 ? (rest[0] as OtelSpanOptions) : {}
    const parent = rest.length > 2 ? (rest[1] as Context) : activeContext.active()
    const span = this.startSpan(name, options, parent)
    return activeContext.with(trace.setSpan(parent, span), () => fn(span) as ReturnType<F>)
  }
}
