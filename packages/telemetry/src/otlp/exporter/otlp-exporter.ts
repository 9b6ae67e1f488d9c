import { orAborted, runInContext, type Clock, type Closeable, type Timer } from '@ashlar/kernel'
import type { SpanRecord } from '../../traces/span-record.ts'
import { metricRecords } from '../metric-records.ts'
import type { LogRecord, MetricRecord } from '../records.ts'
import { requestBuilder } from '../request-builder.ts'
import { otlpLogs, otlpMetrics, otlpTraces, type OtlpSignal } from '../signal.ts'
import { exportLoss } from './events.ts'
import { ExportQueue, type ExportStats, type QueueLimits } from './export-queue.ts'
import { settingsOf, type MetricSource, type OtlpExporterOptions } from './options.ts'
import { Sender } from './sender.ts'

const scope = { name: '@ashlar/telemetry', version: '' }

/**
 * Sends spans, metrics and log lines to an OTLP receiver, in batches and in the background.
 *
 * What is added is encoded at once, into bounded queues: one for each signal, so that none waits for another. Repeats
 * what the receiver had no time for (429, 502, 503, 504, or no answer), so a batch may arrive twice. What cannot be
 * delivered is counted by reason, in {@link stats} and on `ashlar:telemetry:export-loss`. Never throws into the code
 * that it is told of, and never traces its own requests. About 1 us of work a span.
 *
 * Source: OTLP Specification 1.x, OTLP/HTTP.
 */
export class OtlpExporter implements Closeable {
  readonly #sender: Sender
  readonly #traces: ExportQueue<SpanRecord>
  readonly #metrics: ExportQueue<MetricRecord>
  readonly #logs: ExportQueue<LogRecord>
  readonly #source: MetricSource | undefined
  readonly #intervalMs: number
  readonly #clock: Clock
  #timer: Timer | undefined
  #draining: Promise<unknown> | undefined

  /** @throws {TypeError} | {RangeError} naming the option and the value got. */
  constructor(options: OtlpExporterOptions) {
    const settings = settingsOf(options)
    const { name, version, instanceId } = settings.service
    const resource = {
      ...settings.resource,
      'service.name': name,
      'service.version': version,
      'service.instance.id': instanceId,
    }
    this.#clock = settings.clock
    this.#sender = new Sender(settings)
    const queue = <T>(signal: OtlpSignal<T>, limits: QueueLimits): ExportQueue<T> =>
      new ExportQueue(signal, requestBuilder(signal, settings.form, { resource, scope }), this.#sender, limits)
    this.#traces = queue(otlpTraces, settings)
    this.#metrics = queue(otlpMetrics, { ...settings, maxQueueItems: Number.MAX_SAFE_INTEGER })
    this.#logs = queue(otlpLogs, settings)
    this.#source = options.metrics
    this.#intervalMs = settings.metricsIntervalMs
    if (this.#source !== undefined) this.#readLater()
  }

  /** What became of everything so far. */
  get stats(): { readonly traces: ExportStats; readonly metrics: ExportStats; readonly logs: ExportStats } {
    return { traces: this.#traces.stats, metrics: this.#metrics.stats, logs: this.#logs.stats }
  }

  /** Takes spans that are kept: `tracer.onKept((spans) => exporter.addSpans(spans))`. */
  addSpans(spans: readonly SpanRecord[]): void {
    runInContext(undefined, () => {
      for (const span of spans) this.#traces.add(span)
    })
  }

  /** Takes a log line, unless it tells that log lines were lost: it would be lost as well, and another one tell of that. */
  addLog(log: LogRecord): void {
    const { channel, signal } = log.attributes
    if (channel === exportLoss.name && signal === otlpLogs.name) return
    runInContext(undefined, () => this.#logs.add(log))
  }

  /**
   * Takes nothing more, reads the metrics once more, and resolves when everything has been sent or lost. Nothing is
   * repeated any more: a receiver that is away holds up nobody's end.
   */
  async drain(signal: AbortSignal): Promise<void> {
    this.#draining ??= this.#finish()
    await orAborted(this.#draining, signal)
  }

  /** What has not been sent by now is lost, and counted. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.cancel()
    const ended = this.#closeQueues()
    await this.#sender[Symbol.asyncDispose]()
    await ended
  }

  async #finish(): Promise<void> {
    this.#timer?.cancel()
    this.#readMetrics()
    this.#sender.hurry()
    await this.#closeQueues()
  }

  async #closeQueues(): Promise<void> {
    await Promise.all([this.#traces.close(), this.#metrics.close(), this.#logs.close()])
  }

  #readLater(): void {
    const read = (): void => {
      this.#readMetrics()
      this.#readLater()
    }
    // Of no call: whoever makes the exporter within one would have it held, and read in, for as long as the exporter is.
    const arm = (): Timer => this.#clock.timer(this.#intervalMs, read, { background: true })
    this.#timer = runInContext(undefined, arm)
  }

  #readMetrics(): void {
    if (this.#source === undefined) return
    const at = { startMs: this.#source.startMs, timeMs: this.#clock.wall() }
    for (const metric of metricRecords(this.#source.snapshot(), at)) this.#metrics.add(metric)
  }
}
