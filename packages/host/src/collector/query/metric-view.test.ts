import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { BusyError, QueryError } from '@ashlar/sql'
import type { MetricRecord } from '@ashlar/telemetry/otlp'
import { VirtualClock } from '@ashlar/kernel/testing'
import { batchOf, counterOf } from '../collector.test.support.ts'
import { EntryIds } from '../store/entry-ids.ts'
import { takeMetricEntries } from '../store/metric-entry.ts'
import { MemoryMetricHistory, metricEntry } from '../store/metric-history-contract.test.support.ts'
import { MetricStore } from '../store/metric-store.ts'
import { findMetric, findMetrics, type MetricView } from './metric-view.ts'
import type { TimeRange } from './time-range.ts'

const minuteMs = 60_000
const tellMs = 10_000
const writeMs = 300_000

function counter(value: number, startMs = 0): MetricRecord {
  const points = [{ attributes: {}, startMs, timeMs: 0, value }]
  return { ...counterOf(0), kind: 'counter', temporality: 'cumulative', points }
}

/** Told of each value of 15 more, with the sum of them all. */
function histogram(count: number, startMs: number): MetricRecord {
  const spread = { bounds: [10, 20], counts: [0, count, 0], exemplars: [] }
  const points = [{ attributes: {}, startMs, timeMs: 0, count, sum: 15 * count, ...spread }]
  return { name: 'took', description: '', unit: 'ms', kind: 'histogram', temporality: 'cumulative', points }
}

/** A collector’s memory and history, and the time that goes by. */
class Bench {
  readonly clock = new VirtualClock()
  readonly history = new MemoryMetricHistory()
  readonly startMs: number = this.clock.wall()
  readonly #ids = new EntryIds(this.clock)
  store = new MetricStore({ clock: this.clock })

  /** As services do: tells what there is every ten seconds. */
  async run(minutes: number, tell: (agoMs: number) => readonly MetricRecord[]): Promise<void> {
    for (let ms = 0; ms < minutes * minuteMs; ms += tellMs) {
      const atMs = this.clock.wall() - this.startMs
      this.store.add([batchOf(tell(atMs))])
      await this.clock.advance(tellMs)
      if ((atMs + tellMs) % writeMs === 0) this.write()
    }
  }

  write(): void {
    this.history.entries.push(...takeMetricEntries(this.store.all(), this.#ids.next))
  }

  /** What was not written is gone. */
  crash(): void {
    this.store = new MetricStore({ clock: this.clock })
  }

  /** Times count from the beginning. */
  async ask(name: string, range: TimeRange): Promise<MetricView> {
    const { fromMs, toMs, stepMs } = range
    const at = { fromMs: this.startMs + fromMs, toMs: this.startMs + toMs, stepMs }
    const sources = { recent: this.store, history: this.history }
    const view = await findMetric(sources, name, { service: undefined, range: at })
    assert.ok(view !== undefined)
    return view
  }
}

test('a time that memory and history share comes without a gap and nothing twice, wherever it begins and ends', async () => {
  const bench = new Bench()
  const totalMs = 67 * minuteMs
  await bench.run(67, (atMs) => [counter(atMs)])
  const times = fc.integer({ min: 0, max: totalMs })
  await fc.assert(
    fc.asyncProperty(
      times,
      times,
      fc.constantFrom(1_000, 10_000, 60_000, 90_000, 600_000),
      async (one, other, stepMs) => {
        const [fromMs, toMs] = [Math.min(one, other), Math.max(one, other)]
        const { series, complete } = await bench.ask('orders', { fromMs, toMs, stepMs })
        assert.ok(complete)
        const points = (series[0]?.points ?? []).map(([timeMs, value]) => [timeMs - bench.startMs, value] as const)
        for (const [timeMs, value] of points) assert.equal(value, timeMs)
        const seen = [fromMs, ...points.map(([timeMs]) => timeMs), toMs]
        // History has one a minute, and memory one for each that was told.
        const widest = Math.max(stepMs, minuteMs) + minuteMs
        for (const [at, timeMs] of seen.entries()) {
          const before = seen[at - 1] ?? fromMs
          assert.ok(timeMs >= before && timeMs - before <= widest, `${before} to ${timeMs}`)
          if (at > 1 && at < seen.length - 1) assert.ok(timeMs > before, 'not twice')
        }
        const steps = new Set(points.map(([timeMs]) => Math.floor((timeMs + bench.startMs) / stepMs)))
        assert.ok(points.length <= steps.size + 1, 'one for each step, and the first')
        const increase = (points.at(-1)?.[1] ?? 0) - (points[0]?.[1] ?? 0)
        assert.equal(series[0]?.increase?.amount ?? 0, increase)
      },
    ),
    { numRuns: 200 },
  )
})

test('after a crash all is there but what was not written yet, and the series goes on', async () => {
  const bench = new Bench()
  await bench.run(33, (atMs) => [counter(atMs)])
  bench.crash()
  await bench.run(12, (atMs) => [counter(atMs)])
  const { series } = await bench.ask('orders', { fromMs: 0, toMs: 45 * minuteMs, stepMs: minuteMs })
  assert.equal(series.length, 1)
  const points = series[0]?.points.map(([timeMs]) => Math.floor((timeMs - bench.startMs) / minuteMs)) ?? []
  const lost = [30, 31, 32]
  assert.deepEqual(
    [...new Set(points)],
    Array.from({ length: 45 }, (_, at) => at).filter((minute) => !lost.includes(minute)),
  )
  assert.equal(series[0]?.increase?.amount, (series[0]?.points.at(-1)?.[1] ?? 0) - (series[0]?.points[0]?.[1] ?? 0))
})

test('a process that starts anew counts from nothing: nothing of what it or the one before counted is left out', async () => {
  const bench = new Bench()
  const secondMs = 20 * minuteMs
  await bench.run(40, (atMs) => [
    atMs < secondMs ? counter(1_000 + atMs, 1) : counter(atMs - secondMs + 7, bench.startMs + secondMs),
  ])
  const { series } = await bench.ask('orders', { fromMs: 0, toMs: 40 * minuteMs, stepMs: 5 * minuteMs })
  const grown = new Map(series.map(({ startMs, increase }) => [startMs, increase?.amount]))
  assert.equal(
    grown.get(1),
    secondMs - tellMs - (series.find(({ startMs }) => startMs === 1)?.points[0]?.[1] ?? 0) + 1_000,
  )
  assert.equal(grown.get(bench.startMs + secondMs), 20 * minuteMs - tellMs + 7)
})

test('a counter that falls has started anew, also where its sender says nothing of it', async () => {
  const bench = new Bench()
  const values = [100, 160, 4, 10]
  await bench.run(40, (atMs) => [counter(values[Math.floor(atMs / (10 * minuteMs))] ?? 0)])
  const { series } = await bench.ask('orders', { fromMs: 0, toMs: 40 * minuteMs, stepMs: minuteMs })
  assert.equal(series[0]?.increase?.amount, 60 + 4 + 6)
})

test('of a histogram it is known what it was told of in that time', async () => {
  const bench = new Bench()
  await bench.run(60, (atMs) => [histogram(atMs / 1_000, 1)])
  const { series } = await bench.ask('took', { fromMs: 10 * minuteMs, toMs: 60 * minuteMs, stepMs: minuteMs })
  const [one] = series
  const first = one?.points[0] ?? [0, 0, 0]
  assert.deepEqual(one?.histogram, { bounds: [10, 20], counts: [0, 3_590, 0] })
  assert.equal(one?.increase?.amount, 3_590 - (first[1] ?? 0))
  assert.equal(one?.increase?.sum, 15 * 3_590 - (first[2] ?? 0))
  const [, within = 0] = one?.increase?.histogram?.counts ?? []
  assert.ok(within >= 3_590 - 15 * 60 && within <= 3_590 - 10 * 60, `${within} since some minute from the tenth on`)
  const earlier = await bench.ask('took', { fromMs: 10 * minuteMs, toMs: 30 * minuteMs, stepMs: minuteMs })
  const [, then = 0] = earlier.series[0]?.histogram?.counts ?? []
  assert.ok(then > 24 * 60 && then <= 30 * 60, `${then} by some minute before the thirtieth`)
})

test('what only history has is found, by name too; what was of another kind is not mixed in', async () => {
  const bench = new Bench()
  await bench.run(30, (atMs) => [counter(atMs)])
  const other = { kind: 'gauge', unit: '', description: '', services: ['order'] }
  const stale = JSON.stringify([{ service: 'order', instance: '', startMs: 0, attributes: {}, points: [[1, 5]] }])
  bench.history.entries.unshift(metricEntry(1, { name: 'orders', about: JSON.stringify(other), content: stale }))
  bench.crash()
  const sources = { recent: bench.store, history: bench.history }
  const [summary, ...more] = await findMetrics(sources, bench.startMs)
  assert.deepEqual([more, summary?.name, summary?.kind, summary?.services], [[], 'orders', 'counter', ['order']])
  const view = await findMetric(sources, 'orders', {
    service: undefined,
    range: { fromMs: 0, toMs: bench.clock.wall(), stepMs: minuteMs },
  })
  assert.deepEqual([view?.kind, view?.unit, view?.series.length], ['counter', '{order}', 1])
  assert.ok((view?.series[0]?.points[0]?.[0] ?? 0) > 1)
  const ofOther = await findMetric(sources, 'orders', {
    service: 'payment',
    range: { fromMs: 0, toMs: bench.clock.wall(), stepMs: minuteMs },
  })
  assert.deepEqual(ofOther?.series, [])
})

test('series that are not of the time that is asked for take no room from those that are', async () => {
  const bench = new Bench()
  const many = (fromId: number): MetricRecord => {
    const points = Array.from({ length: 150 }, (_, id) => ({
      attributes: { id: fromId + id },
      startMs: 0,
      timeMs: 0,
      value: 1,
    }))
    return { ...counterOf(0), kind: 'counter', temporality: 'cumulative', points }
  }
  await bench.run(30, () => [many(0)])
  await bench.run(30, () => [many(1_000)])
  // 1 000 points each: room for less than two hundred series.
  const { series, complete } = await bench.ask('orders', { fromMs: 0, toMs: 1_000_000, stepMs: 1_000 })
  assert.deepEqual([series.length, complete], [150, true])
  assert.ok(series.every(({ attributes }) => Number(attributes['id']) < 1_000))
})

test('of a metric all services are named that had it in that time, not only those that have it now', async () => {
  const bench = new Bench()
  const tell = (...services: readonly string[]): void => {
    for (const service of services) bench.store.add([batchOf([counter(1)], service)])
    bench.write()
  }
  tell('order', 'payment')
  await bench.clock.advance(20 * minuteMs)
  tell('order')
  const servicesOf = async (fromMs: number): Promise<unknown> =>
    (await findMetrics({ recent: bench.store, history: bench.history }, fromMs)).map(({ services, series }) => [
      services,
      series,
    ])
  assert.deepEqual(await servicesOf(bench.startMs), [[['order', 'payment'], 1]])
  assert.deepEqual(await servicesOf(bench.startMs + 10 * minuteMs), [[['order'], 1]])
  bench.crash()
  assert.deepEqual(await servicesOf(bench.startMs), [[['order', 'payment'], 0]])
  const range = { fromMs: bench.startMs, toMs: bench.clock.wall(), stepMs: minuteMs }
  const sources = { recent: bench.store, history: bench.history }
  const ofPayment = await findMetric(sources, 'orders', { service: 'payment', range })
  assert.deepEqual(
    ofPayment?.series.map(({ service, points }) => [service, points.length]),
    [['payment', 1]],
  )
})

test('a start that its sender’s clock puts after the first point tells nothing: the whole total is not taken for growth', async () => {
  const bench = new Bench()
  const aheadMs = 10 * minuteMs
  await bench.run(40, (atMs) => [counter(1_000 + atMs, bench.startMs + aheadMs)])
  const { series } = await bench.ask('orders', { fromMs: 5 * minuteMs, toMs: 40 * minuteMs, stepMs: minuteMs })
  const [one] = series
  assert.equal(one?.increase?.amount, (one?.points.at(-1)?.[1] ?? 0) - (one?.points[0]?.[1] ?? 0))
  assert.equal(one?.increase?.fromMs, one?.points[0]?.[0])
})

test('buckets are not given where they are not known: not as nothing, and not over a fall', async () => {
  const bench = new Bench()
  await bench.run(20, (atMs) => [histogram(atMs / 1_000, 1)])
  const late = { fromMs: 18 * minuteMs, toMs: 20 * minuteMs, stepMs: minuteMs }
  const quiet = (await bench.ask('took', late)).series[0]?.increase
  assert.ok((quiet?.amount ?? 0) > 0)
  assert.equal(quiet?.histogram, undefined, 'memory and history have the same, and nothing earlier')
  await bench.run(40, (atMs) => [histogram(atMs / 1_000 - 1_200, 1)])
  const { series } = await bench.ask('took', { fromMs: 5 * minuteMs, toMs: 60 * minuteMs, stepMs: minuteMs })
  assert.ok((series[0]?.increase?.amount ?? 0) > 3_000)
  assert.equal(series[0]?.increase?.histogram, undefined)
})

test('while the database is away memory answers alone and says so; what is wrong is said all the same', async () => {
  const bench = new Bench()
  await bench.run(30, (atMs) => [counter(atMs)])
  bench.history.failWith = new BusyError('away')
  const range = { fromMs: 0, toMs: 30 * minuteMs, stepMs: minuteMs }
  const { series, complete } = await bench.ask('orders', range)
  assert.equal(complete, false)
  assert.ok((series[0]?.points.length ?? 0) >= 15)
  assert.equal((await findMetrics({ recent: bench.store, history: bench.history }, 0)).length, 1)
  bench.history.failWith = new QueryError('42P01', 'no such table')
  await assert.rejects(bench.ask('orders', range), { code: 'ASHLAR_SQL_QUERY' })
})

test('an answer is never too large for its readers, however long labels are', async () => {
  const bench = new Bench()
  const label = 'é'.repeat(4_000)
  const points = Array.from({ length: 1_000 }, (_, id) => ({
    attributes: { id, label },
    startMs: 0,
    timeMs: 0,
    value: 1,
  }))
  bench.store.add([batchOf([{ ...counter(0), points } as MetricRecord])])
  const view = await bench.ask('orders', { fromMs: 0, toMs: 60_000, stepMs: 60_000 })
  assert.equal(view.complete, false)
  assert.ok(view.series.length > 700 && Buffer.byteLength(JSON.stringify(view)) < 6.1 * 1_024 * 1_024)
})

test('one answer has a bound: for series, for points, and for what is read; it says when that is not all', async () => {
  const bench = new Bench()
  const many = Array.from({ length: 1_000 }, (_, id) => ({ attributes: { id }, startMs: 0, timeMs: 0, value: id }))
  for (const service of ['a', 'b', 'c'])
    bench.store.add([batchOf([{ ...counter(0), points: many } as MetricRecord], service)])
  const whole = await bench.ask('orders', { fromMs: 0, toMs: 60_000, stepMs: 60_000 })
  assert.deepEqual([whole.series.length, whole.complete], [2_000, false])
  const fine = await bench.ask('orders', { fromMs: 0, toMs: 998_000, stepMs: 1_000 })
  assert.deepEqual([fine.series.length, fine.complete], [200, false])
  const part = (atMs: number): string =>
    JSON.stringify([{ service: 'order', instance: '', startMs: 0, attributes: {}, points: [[atMs, 1]] }])
  const padding = ' '.repeat(1_000_000)
  for (let id = 1; id <= 200; id++) {
    bench.history.entries.push(metricEntry(id, { content: padding + part(bench.startMs + id) }))
  }
  const sources = { recent: bench.store, history: bench.history }
  const range = { fromMs: 0, toMs: bench.startMs + 1_000, stepMs: 1 }
  const read = await findMetric(sources, 'depth', { service: undefined, range })
  assert.deepEqual([read?.complete, read?.series[0]?.points.length], [false, 128], 'the newest are there')
})
