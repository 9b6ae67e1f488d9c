import { MetricRegistry } from '@ashlar/telemetry/metrics'
import type { Figure } from '../figure.ts'
import { paired, ratios, type Loop, type PairedOptions } from '../paired.ts'
import type { TelemetryPeers } from './telemetry-peers.ts'

const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const labels = ['method', 'route', 'status'] as const
const methods = ['GET', 'POST']
const routes = ['/api/products', '/api/products/:id', '/api/cart', '/api/orders', '/api/orders/:id']
// Between 2 and 600 ms, as answers are: each in a bucket of its own would flatter nobody.
const seconds = Array.from({ length: 64 }, (_, nth) => 0.002 * 1.09 ** ((nth * 37) % 64))

/** What it takes to count and to measure: ours, and prom-client's. */
export async function metricFigures(peers: TelemetryPeers, options: PairedOptions): Promise<Figure[]> {
  const counters = await paired(counterLoops(peers), options)
  const histograms = await paired(histogramLoops(peers), options)
  const { versions } = peers
  const prometheus = `prom-client ${versions['prom-client']}`
  const otel = `OpenTelemetry SDK ${versions['@opentelemetry/sdk-metrics']}`
  const kinds = [
    { kind: 'counter', ns: counters, what: 'a counter' },
    { kind: 'histogram', ns: histograms, what: `a histogram with ${bounds.length} bounds` },
  ] as const
  return kinds.flatMap(({ kind, ns, what }) => [
    { name: `${kind}-ns`, unit: 'ns', rounds: ns.bound, how: `an update of ${what} through its bound series` },
    {
      name: kind,
      unit: 'x faster',
      rounds: ratios(ns.peer, ns.bound),
      limit: { atLeast: 10 },
      how: `${prometheus}, ${what} with three labels, both bound to their series before`,
    },
    {
      name: `${kind}-found-ns`,
      unit: 'ns',
      rounds: ns.found,
      how: `the same, its series looked up each time among ten`,
    },
    {
      name: `${kind}-found`,
      unit: 'x faster',
      rounds: ratios(ns.peerFound, ns.found),
      how: `${prometheus}, its series looked up each time`,
    },
    {
      name: `${kind}-otel`,
      unit: 'x faster',
      rounds: ratios(ns.otel, ns.found),
      how: `${otel}, which has no bound series; ours looked up as well`,
    },
  ])
}

type Candidate = 'bound' | 'found' | 'peer' | 'peerFound' | 'otel'

const help = { name: 'requests', description: 'Requests.', unit: '{request}', labels }
const times = { name: 'request.duration', description: 'How long requests took.', unit: 's', labels, bounds }

function counterLoops({ prometheus, meter }: TelemetryPeers): Record<Candidate, Loop> {
  const counter = new MetricRegistry().counter(help)
  const series = seriesOf()
  const bound = series.map((values) => counter.with(...values))
  const theirs = new prometheus.Counter({ name: 'requests', help: 'Requests.', labelNames: labels, registers: [] })
  const named = series.map(namedLabels)
  const theirBound = named.map((values) => theirs.labels(values))
  const otel = meter.createCounter('requests')
  return {
    bound(count) {
      for (let i = 0; i < count; i++) bound[i % 10]!.add(1)
    },
    found(count) {
      for (let i = 0; i < count; i++) counter.add(1, series[i % 10])
    },
    peer(count) {
      for (let i = 0; i < count; i++) theirBound[i % 10]!.inc()
    },
    peerFound(count) {
      for (let i = 0; i < count; i++) theirs.inc(named[i % 10]!)
    },
    otel(count) {
      for (let i = 0; i < count; i++) otel.add(1, named[i % 10]!)
    },
  }
}

function histogramLoops({ prometheus, meter }: TelemetryPeers): Record<Candidate, Loop> {
  const histogram = new MetricRegistry().histogram(times)
  const series = seriesOf()
  const bound = series.map((values) => histogram.with(...values))
  const options = { name: 'request_duration', help: 'How long.', labelNames: labels, buckets: bounds, registers: [] }
  const theirs = new prometheus.Histogram(options)
  const named = series.map(namedLabels)
  const theirBound = named.map((values) => theirs.labels(values))
  const otel = meter.createHistogram('request_duration')
  return {
    bound(count) {
      for (let i = 0; i < count; i++) bound[i % 10]!.observe(seconds[i & 63]!)
    },
    found(count) {
      for (let i = 0; i < count; i++) histogram.observe(seconds[i & 63]!, series[i % 10])
    },
    peer(count) {
      for (let i = 0; i < count; i++) theirBound[i % 10]!.observe(seconds[i & 63]!)
    },
    peerFound(count) {
      for (let i = 0; i < count; i++) theirs.observe(named[i % 10]!, seconds[i & 63]!)
    },
    otel(count) {
      for (let i = 0; i < count; i++) otel.record(seconds[i & 63]!, named[i % 10]!)
    },
  }
}

type Series = readonly [method: string, route: string, status: string]

function seriesOf(): Series[] {
  return methods.flatMap((method) => routes.map((route): Series => [method, route, '200']))
}

function namedLabels([method, route, status]: Series): { method: string; route: string; status: string } {
  return { method, route, status }
}
