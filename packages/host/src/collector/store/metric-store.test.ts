import assert from 'node:assert/strict'
import test from 'node:test'
import type { MetricRecord, OtlpBatch } from '@ashlar/telemetry/otlp'
import type { Attributes } from '@ashlar/telemetry/traces'
import { VirtualClock } from '@ashlar/kernel/testing'
import { MetricStore } from './metric-store.ts'

function sum(
  value: number,
  attributes: Attributes = {},
  fields: { name?: string; delta?: boolean; startMs?: number } = {},
): MetricRecord {
  const { name = 'orders', delta = false, startMs = 0 } = fields
  const points = [{ attributes, startMs, timeMs: 0, value }]
  return { name, description: '', unit: '1', kind: 'counter', temporality: delta ? 'delta' : 'cumulative', points }
}

function histogram(counts: readonly number[], temporality: 'delta' | 'cumulative'): MetricRecord {
  const count = counts.reduce((total, one) => total + one, 0)
  const points = [
    { attributes: {}, startMs: 0, timeMs: 0, count, sum: 10 * count, bounds: [5, 10], counts, exemplars: [] },
  ]
  return { name: 'took', description: '', unit: 'ms', kind: 'histogram', temporality, points }
}

function from(service: string, ...records: readonly MetricRecord[]): OtlpBatch<MetricRecord>[] {
  return [{ resource: { 'service.name': service }, scope: { name: '', version: '' }, records }]
}

test('a series keeps one point for each step, the latest, and no more than it has room for', async () => {
  const clock = new VirtualClock()
  const store = new MetricStore({ clock, maxPoints: 3 })
  const startMs = clock.wall()
  for (let second = 0; second < 50; second += 5) {
    store.add(from('order', sum(second)))
    await clock.advance(5_000)
  }
  const [series] = store.get('orders')?.series.values() ?? []
  const values = series?.points(0).map(([, value]) => value)
  assert.deepEqual(values, [25, 35, 45])
  assert.deepEqual(series?.points(startMs + 40_000), [[startMs + 45_000, 45]])
})

test('sums and histograms that come as differences are added up', async () => {
  const clock = new VirtualClock()
  const store = new MetricStore({ clock })
  for (const value of [1, 2, 3]) {
    store.add(from('order', sum(value, {}, { delta: true }), histogram([value, 0, 1], 'delta')))
    await clock.advance(10_000)
  }
  const [orders] = store.get('orders')?.series.values() ?? []
  assert.deepEqual(
    orders?.points(0).map(([, value]) => value),
    [1, 3, 6],
  )
  const [took] = store.get('took')?.series.values() ?? []
  assert.deepEqual(took?.histogram, { bounds: [5, 10], counts: [6, 0, 3] })
  assert.deepEqual(
    took?.points(0).map(([, ...figures]) => figures),
    [
      [2, 20],
      [5, 50],
      [9, 90],
    ],
  )
})

test('series are told apart by service and labels, in whatever order the labels come', () => {
  const store = new MetricStore({ clock: new VirtualClock() })
  store.add(from('order', sum(1, { a: 1, b: 2 }), sum(2, { b: 2, a: 1 })))
  store.add(from('payment', sum(3, { a: 1, b: 2 })))
  const series = [...(store.get('orders')?.series.values() ?? [])]
  assert.deepEqual(
    series.map((one) => [one.service, one.points(0).length]),
    [
      ['order', 1],
      ['payment', 1],
    ],
  )
})

test('an explosion of labels is refused and counted, and leaves other metrics their room', () => {
  const store = new MetricStore({ clock: new VirtualClock(), maxSeries: 100, maxSeriesPerMetric: 60 })
  const refused = Array.from({ length: 1_000 }, (_, id) => store.add(from('order', sum(1, { id })))).reduce(
    (a, b) => a + b,
  )
  assert.equal(refused, 940)
  assert.equal(store.add(from('order', sum(1, {}, { name: 'quiet' }))), 0)
  assert.equal(store.add(from('payment', sum(1, { id: 1 }))), 0)
  const refusals = { series: 940, name: 0, kind: 0, value: 0 }
  assert.deepEqual(store.stats, { metrics: 2, series: 62, points: 62, refused: 940, refusals })
})

test('a series that nobody tells of any more makes room for others', async () => {
  const clock = new VirtualClock()
  const store = new MetricStore({ clock, maxSeries: 1 })
  store.add(from('order', sum(1)))
  assert.equal(store.add(from('order', sum(1, {}, { name: 'new' }))), 1)
  await clock.advance(15 * 60_000 + 10_000)
  assert.equal(store.add(from('order', sum(1, {}, { name: 'new' }))), 0)
  assert.deepEqual(
    store.all().map(({ name }) => name),
    ['new'],
  )
})

test('series of a service that went away make room within its metrics too, though there is room for others', async () => {
  const clock = new VirtualClock()
  const store = new MetricStore({ clock, maxSeriesPerMetric: 1 })
  store.add(from('order', sum(1, { instance: 'old' })))
  assert.equal(store.add(from('order', sum(1, { instance: 'new' }))), 1)
  await clock.advance(15 * 60_000 + 10_000)
  assert.equal(store.add(from('order', sum(1, { instance: 'new' }))), 0)
  assert.equal(store.stats.series, 1)
})

test('names and labels together take no more memory than they may; what goes beyond is refused and counted', async () => {
  const clock = new VirtualClock()
  const store = new MetricStore({ clock, maxTextChars: 10_000 })
  const long = 'x'.repeat(3_000)
  assert.equal(store.add(from('order', ...[1, 2, 3, 4].map((id) => sum(1, { id, long })))), 1)
  assert.equal(store.add(from('order', { ...sum(1, {}, { name: 'wordy' }), description: long })), 1)
  assert.deepEqual({ ...store.stats, refusals: {} }, { metrics: 1, series: 3, points: 3, refused: 2, refusals: {} })
  await clock.advance(15 * 60_000 + 10_000)
  assert.equal(store.add(from('order', ...[5, 6, 7].map((id) => sum(1, { id, long })))), 0)
})

test('a name that means another kind is refused: its numbers are not comparable', () => {
  const store = new MetricStore({ clock: new VirtualClock() })
  store.add(from('order', sum(1)))
  const gauge = { ...sum(5), kind: 'gauge' } as MetricRecord
  assert.equal(store.add(from('payment', gauge)), 1)
  assert.equal(store.get('orders')?.kind, 'counter')
})

test('a process that starts anew is another series, also when it does not say which process it is', () => {
  const store = new MetricStore({ clock: new VirtualClock() })
  store.add(from('order', sum(9, {}, { startMs: 1_000 })))
  store.add(from('order', sum(2, {}, { startMs: 5_000 })))
  const series = [...(store.get('orders')?.series.values() ?? [])]
  assert.deepEqual(
    series.map((one) => [one.startMs, one.points(0).map(([, value]) => value)]),
    [
      [1_000, [9]],
      [5_000, [2]],
    ],
  )
})

test('sums that come as differences stay one series, which counts since its first', async () => {
  const clock = new VirtualClock()
  const store = new MetricStore({ clock })
  const startMs = clock.wall()
  for (const since of [10, 20]) {
    store.add(from('order', sum(4, {}, { delta: true, startMs: startMs - since })))
    await clock.advance(10_000)
  }
  const [series, ...others] = store.get('orders')?.series.values() ?? []
  assert.deepEqual(others, [])
  assert.deepEqual([series?.startMs, series?.points(0).map(([, value]) => value)], [startMs, [4, 8]])
})

test('values that JSON has no word for are refused and counted, and so is one that makes a total so', () => {
  const store = new MetricStore({ clock: new VirtualClock() })
  const refused = (...records: readonly MetricRecord[]): number => store.add(from('order', ...records))
  assert.equal(refused(sum(Number.NaN), sum(Infinity), sum(-Infinity)), 3)
  const took = histogram([1, 0, 1], 'cumulative') as MetricRecord & { kind: 'histogram' }
  const withPoint = (fields: object): MetricRecord => ({
    ...took,
    points: [Object.assign({}, took.points[0], fields)],
  })
  assert.equal(refused(withPoint({ sum: Number.NaN }), withPoint({ bounds: [5, Infinity] })), 2)
  assert.equal(store.stats.series, 0)
  assert.equal(refused(sum(1e308, {}, { delta: true })), 0)
  assert.equal(refused(sum(1e308, {}, { delta: true })), 1)
  assert.deepEqual(store.stats.refusals, { series: 0, name: 0, kind: 0, value: 6 })
  const [series] = store.get('orders')?.series.values() ?? []
  assert.deepEqual(
    series?.points(0).map(([, value]) => value),
    [1e308],
  )
})

test('names that no index takes, or no text of a database, are refused and counted', () => {
  const store = new MetricStore({ clock: new VirtualClock() })
  for (const name of ['x'.repeat(256), 'a\0b', 'a\uD800'])
    assert.equal(store.add(from('order', sum(1, {}, { name }))), 1)
  assert.equal(store.add(from('order', sum(1, {}, { name: 'é'.repeat(255) }))), 0)
  assert.deepEqual(store.stats.refusals, { series: 0, name: 3, kind: 0, value: 0 })
})
