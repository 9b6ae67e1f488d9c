import { uuidGenerator, type Clock, type Random } from '@ashlar/kernel'
import { observe, type LogSink } from '@ashlar/telemetry'
import { healthMetrics, type Health } from '@ashlar/telemetry/health'
import type { RecordListener } from '@ashlar/telemetry/logs'
import { MetricRegistry, processMetrics } from '@ashlar/telemetry/metrics'
import { OtlpExporter } from '@ashlar/telemetry/otlp'
import { Tracer } from '@ashlar/telemetry/traces'
import type { TelemetryConfig } from './telemetry-config.ts'

export interface ServiceTelemetryOptions {
  readonly service: string
  readonly version: string
  readonly config: TelemetryConfig
  readonly clock: Clock
  readonly random: Random
}

// A receiver that does not answer holds up the end of the process by no more than this.
const flushMs = 2_000

/** What a service measures of itself, and where it sends it. Disposed of last: what happens at the end is told too. */
export class ServiceTelemetry implements AsyncDisposable {
  readonly metrics: MetricRegistry
  readonly tracer: Tracer
  /** Takes log lines; `undefined` when they are sent nowhere. */
  readonly onRecord: RecordListener | undefined
  readonly #isOn: boolean
  readonly #exporter: OtlpExporter | undefined
  readonly #clock: Clock
  readonly #observing: Disposable[] = []

  constructor({ service, version, config, clock, random }: ServiceTelemetryOptions) {
    const { TELEMETRY, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers } = config
    this.#isOn = TELEMETRY === 'on'
    this.#clock = clock
    this.metrics = new MetricRegistry({ clock })
    this.tracer = new Tracer({
      slowMs: config.TRACE_SLOW_MS,
      keepOneIn: config.TRACE_KEEP_ONE_IN,
      askPerSecond: config.TRACE_ASK_PER_SECOND,
      clock,
      random,
    })
    if (!this.#isOn || endpoint === '') return
    const exporter = new OtlpExporter({
      endpoint,
      headers,
      service: { name: service, version, instanceId: uuidGenerator({ clock, random })() },
      resource: { 'process.pid': process.pid },
      metrics: this.metrics,
      clock,
    })
    this.#exporter = exporter
    this.onRecord = (record) => exporter.addLog(record)
  }

  /** From now on everything is measured, unless it was said not to be. */
  begin(log: LogSink): void {
    if (!this.#isOn) return
    const { metrics, tracer } = this
    this.#observing.push(processMetrics(metrics, { clock: this.#clock }), observe({ metrics, tracer, log }))
    const exporter = this.#exporter
    if (exporter !== undefined) this.#observing.push(tracer.onKept((spans) => exporter.addSpans(spans)))
  }

  /** From now on metrics tell how the service is, unless nothing is measured. */
  watch(health: Health): void {
    if (this.#isOn) this.#observing.push(healthMetrics(health, this.metrics))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#exporter !== undefined) await this.#flush(this.#exporter)
    for (const one of this.#observing.splice(0).toReversed()) one[Symbol.dispose]()
  }

  async #flush(exporter: OtlpExporter): Promise<void> {
    const enough = new AbortController()
    const timer = this.#clock.timer(flushMs, () => enough.abort())
    try {
      // The tracer tells of the spans that were kept last when the work that made them is over.
      await new Promise<void>((resolve) => this.#clock.immediate(resolve))
      await exporter.drain(enough.signal)
    } catch {
      // What could not be sent is counted as lost; the process ends all the same.
    } finally {
      timer.cancel()
      await exporter[Symbol.asyncDispose]()
    }
  }
}
