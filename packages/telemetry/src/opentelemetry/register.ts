import { context, metrics as otelMetrics, propagation, trace } from '@opentelemetry/api'
import type { MetricRegistry } from '../metrics/registry.ts'
import type { Tracer } from '../traces/tracer.ts'
import { BridgeContextManager } from './bridge-context-manager.ts'
import { BridgeMeterProvider } from './bridge-meter.ts'
import { BridgeTracerProvider } from './bridge-tracer.ts'
import { TraceContextPropagator } from './trace-context-propagator.ts'

export interface OpenTelemetryParts {
  readonly tracer: Tracer
  /** @default none: meters of the API do nothing */
  readonly metrics?: MetricRegistry
}

/**
 * Makes `@opentelemetry/api` record with ours: spans of user code and of third-party instrumentations join the traces of
 * the calls that they are part of, both ways, and their metrics are read with ours. Once in a process, before
 * instrumentations ask for a tracer; the result takes it back.
 * @throws {TypeError} when something else is registered already; nothing is registered then.
 */
export function registerOpenTelemetry({ tracer, metrics }: OpenTelemetryParts): Disposable {
  const taken: { disable(): void }[] = []
  const undo = (): void => {
    for (const each of taken.splice(0)) each.disable()
  }
  const take = (what: string, isRegistered: boolean, api: { disable(): void }): void => {
    if (isRegistered) {
      taken.push(api)
      return
    }
    undo()
    throw new TypeError(`registerOpenTelemetry: the API has a ${what} already`)
  }
  take('context manager', context.setGlobalContextManager(new BridgeContextManager()), context)
  take('tracer provider', trace.setGlobalTracerProvider(new BridgeTracerProvider(tracer)), trace)
  take('propagator', propagation.setGlobalPropagator(new TraceContextPropagator()), propagation)
  if (metrics !== undefined) {
    take('meter provider', otelMetrics.setGlobalMeterProvider(new BridgeMeterProvider(metrics)), otelMetrics)
  }
  return { [Symbol.dispose]: undo }
}
