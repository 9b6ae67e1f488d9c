type Labels = Readonly<Record<string, string | number | boolean>>

interface OtelSpan {
  end(): void
}

/** Of `@opentelemetry/api`: told apart from others by its method only. */
interface OtelContext {
  getValue(key: symbol): unknown
}

interface OtelTracer {
  startSpan(name: string, options: { attributes?: Labels }, context: OtelContext): OtelSpan
}

interface OtelMeter {
  createCounter(name: string): { add(amount: number, labels: Labels): void }
  createHistogram(name: string): { record(value: number, labels: Labels): void }
}

interface OtelApi {
  readonly ROOT_CONTEXT: OtelContext
  readonly trace: { setSpan(context: OtelContext, span: OtelSpan): OtelContext }
}

interface OtelTraces {
  AlwaysOnSampler: new () => unknown
  BatchSpanProcessor: new (options: { exporter: object }) => unknown
  TracerProvider: new (options: object) => { getTracer(name: string): OtelTracer }
}

interface OtelMetrics {
  AggregationTemporality: { CUMULATIVE: number }
  InMemoryMetricExporter: new (temporality: number) => unknown
  PeriodicExportingMetricReader: new (options: object) => unknown
  MeterProvider: new (options: object) => { getMeter(name: string): OtelMeter }
}

interface PromClient {
  Registry: new () => object
  Counter: new (options: object) => { labels(labels: Labels): { inc(): void }; inc(labels: Labels): void }
  Histogram: new (options: object) => {
    labels(labels: Labels): { observe(value: number): void }
    observe(labels: Labels, value: number): void
  }
}

const packages = ['@opentelemetry/sdk-trace', '@opentelemetry/sdk-metrics', 'prom-client'] as const

/** What telemetry is compared with, set up for what we do. */
export interface TelemetryPeers {
  readonly otel: OtelApi
  /** Records every span, in batches that are handed to an exporter that drops them. */
  readonly tracer: OtelTracer
  readonly meter: OtelMeter
  readonly prometheus: PromClient
  readonly versions: Readonly<Record<(typeof packages)[number], string>>
}

export function telemetryPeers(load: (name: string) => unknown): TelemetryPeers {
  const traces = load('@opentelemetry/sdk-trace') as OtelTraces
  const metrics = load('@opentelemetry/sdk-metrics') as OtelMetrics
  const provider = new traces.TracerProvider({
    sampler: new traces.AlwaysOnSampler(),
    spanProcessors: [new traces.BatchSpanProcessor({ exporter: nullExporter })],
  })
  const meters = new metrics.MeterProvider({
    readers: [
      new metrics.PeriodicExportingMetricReader({
        exporter: new metrics.InMemoryMetricExporter(metrics.AggregationTemporality.CUMULATIVE),
        // Not while it is measured.
        exportIntervalMillis: 86_400_000,
      }),
    ],
  })
  return {
    otel: load('@opentelemetry/api') as OtelApi,
    tracer: provider.getTracer('bench'),
    meter: meters.getMeter('bench'),
    prometheus: load('prom-client') as PromClient,
    versions: Object.fromEntries(packages.map((name) => [name, versionOf(load, name)])) as TelemetryPeers['versions'],
  }
}

const nullExporter = {
  export: (_spans: unknown, done: (result: { code: number }) => void) => done({ code: 0 }),
  shutdown: async () => {},
}

/** By its path: packages may keep their package.json to themselves. */
function versionOf(load: (name: string) => unknown, name: string): string {
  return (load(`./node_modules/${name}/package.json`) as { version: string }).version
}
