import { systemClock, type BackoffOptions, type Clock } from '@ashlar/kernel'
import type { MetricSnapshot } from '../../metrics/snapshot.ts'
import type { OtlpForm } from '../form.ts'
import type { Resource } from '../records.ts'

/** What metrics are read from: a `MetricRegistry`. */
export interface MetricSource {
  /** Since when counters and histograms count. */
  readonly startMs: number
  snapshot(): readonly MetricSnapshot[]
}

export interface OtlpExporterOptions {
  /** The receiver's address without `/v1/...`: `http://127.0.0.1:4318`. No credentials in it; send headers instead. */
  readonly endpoint: string
  /** Sent with every request, and told to nobody else. */
  readonly headers?: Readonly<Record<string, string>>
  readonly service: { readonly name: string; readonly version: string; readonly instanceId: string }
  /** What else is the same for all that this process reports. */
  readonly resource?: Resource
  /** @default 'protobuf' */
  readonly form?: OtlpForm
  /** Worth it across a network; on one machine it costs more than it saves. @default false */
  readonly gzip?: boolean
  /** Read every `metricsIntervalMs`, and once more at the end. @default none */
  readonly metrics?: MetricSource
  /** @default 10_000 */
  readonly metricsIntervalMs?: number
  /** How long the first of a batch waits for more. @default 1_000 */
  readonly delayMs?: number
  /** Spans, data points or log records in one request. @default 512 */
  readonly maxBatchItems?: number
  /** From this size on a request is sent, whatever it holds. @default 524_288 */
  readonly maxBatchBytes?: number
  /**
   * Spans, and log records, that wait or are on the way. What comes when there are as many is lost, and counted. Data
   * points come all at once, and are bounded by `maxQueueBytes` alone. @default 8_192
   */
  readonly maxQueueItems?: number
  /** Of each signal, waiting or on the way; exceeded by one record at the most. @default 8_388_608 */
  readonly maxQueueBytes?: number
  /** For one request. @default 10_000 */
  readonly timeoutMs?: number
  /** Between attempts; a receiver's `Retry-After` that is longer wins. @default 1_000 to 30_000 */
  readonly backoff?: BackoffOptions
  /** How long a batch is tried, counted from its first attempt. Longer survives longer outages, if the queue holds them. @default 60_000 */
  readonly giveUpAfterMs?: number
  readonly clock?: Clock
}

/** The options with their defaults, checked. */
export type ExportSettings = Required<Omit<OtlpExporterOptions, 'metrics' | 'endpoint'>> & { readonly endpoint: URL }

/** @throws {TypeError} | {RangeError} naming the option and the value got. */
export function settingsOf(options: OtlpExporterOptions): ExportSettings {
  const settings = {
    headers: {},
    resource: {},
    form: 'protobuf' as const,
    gzip: false,
    metricsIntervalMs: 10_000,
    delayMs: 1_000,
    maxBatchItems: 512,
    maxBatchBytes: 512 * 1_024,
    maxQueueItems: 8_192,
    maxQueueBytes: 8 * 1_024 * 1_024,
    timeoutMs: 10_000,
    backoff: { baseDelayMs: 1_000, maxDelayMs: 30_000 },
    giveUpAfterMs: 60_000,
    clock: systemClock,
    ...options,
  }
  for (const name of numbers) {
    const value = settings[name]
    if (!(Number.isFinite(value) && value >= 1)) {
      throw new RangeError(`OtlpExporter: ${name} must be a number of at least 1, got ${value}`)
    }
  }
  return { ...settings, endpoint: parseEndpoint(options.endpoint) }
}

const numbers = [
  'metricsIntervalMs',
  'delayMs',
  'maxBatchItems',
  'maxBatchBytes',
  'maxQueueItems',
  'maxQueueBytes',
  'timeoutMs',
  'giveUpAfterMs',
] as const

function parseEndpoint(endpoint: string): URL {
  const url = URL.parse(endpoint)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new TypeError('OtlpExporter: endpoint must be an http or https URL such as http://127.0.0.1:4318')
  }
  // Not quoted: it may hold a secret.
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new TypeError('OtlpExporter: endpoint must have no credentials, query or fragment; send headers instead')
  }
  return url
}
