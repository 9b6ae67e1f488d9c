import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCall, type TraceContext } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { BucketIndex } from './bucket-index.ts'
import { defaultBounds } from './default-bounds.ts'
import { MetricRegistry } from './registry.ts'
import type { HistogramPoint } from './snapshot.ts'
import { pointsOf, valueOf } from './snapshot.test.support.ts'

const common = { description: 'A metric.', unit: 'ms' }
const losses = 'ashlar.telemetry.metric.losses'

test('a counter or histogram without labels shows 0 before it is used, a gauge nothing', () => {
  const registry = new MetricRegistry()
  registry.histogram({ ...common, name: 'sizes' })
  assert.equal((pointsOf(registry, 'sizes')[0] as HistogramPoint).count, 0)
  registry.counter({ ...common, name: 'calls' })
  const depth = registry.gauge({ ...common, name: 'depth' })
  assert.equal(valueOf(registry, 'calls'), 0)
  assert.deepEqual(pointsOf(registry, 'depth'), [])
  depth.add(-2)
  assert.equal(valueOf(registry, 'depth'), -2)
})

test('what is no amount changes nothing, is counted, and never thrown at who is observed', () => {
  const registry = new MetricRegistry()
  const calls = registry.counter({ ...common, name: 'calls' })
  const depth = registry.gauge({ ...common, name: 'depth' })
  const times = registry.histogram({ ...common, name: 'times' })
  for (const wrong of [Number.NaN, Infinity, -Infinity, 2 ** 53, 'x' as unknown as number]) {
    calls.add(wrong)
    depth.add(wrong)
    times.observe(wrong)
  }
  calls.add(-1)
  depth.set(Number.NaN)
  assert.equal(valueOf(registry, 'calls'), 0)
  assert.deepEqual(pointsOf(registry, 'depth'), [])
  assert.equal((pointsOf(registry, 'times')[0] as HistogramPoint).count, 0)
  assert.equal(valueOf(registry, losses, 'calls', 'refused'), 6)
  assert.equal(valueOf(registry, losses, 'depth', 'refused'), 6)
  assert.equal(valueOf(registry, losses, 'times', 'refused'), 5)
  depth.set(Infinity)
  assert.equal(valueOf(registry, 'depth'), Infinity)
})

test('a counter goes on beyond 2^53, and small amounts do not get lost beside a large sum', () => {
  const registry = new MetricRegistry()
  const bytes = registry.counter({ ...common, name: 'bytes' })
  bytes.add(2 ** 53 - 1)
  for (let at = 0; at < 1_001; at += 1) bytes.add(1)
  assert.equal(valueOf(registry, 'bytes'), 2 ** 53 + 1_000)
  const seconds = registry.histogram({ ...common, name: 'seconds' })
  for (let at = 0; at < 1_000_000; at += 1) seconds.observe(0.1)
  assert.equal((pointsOf(registry, 'seconds')[0] as HistogramPoint).sum, 100_000)
})

test('series of one metric do not touch each other, over many of them', () => {
  const registry = new MetricRegistry()
  const calls = registry.counter({ ...common, name: 'calls', labels: ['at'] })
  const handles = Array.from({ length: 100 }, (_, at) => calls.with(at))
  for (const [at, handle] of handles.entries()) handle.add(at)
  for (const at of handles.keys()) assert.equal(valueOf(registry, 'calls', String(at)), at)
})

test('a bound belongs to its bucket, and each value is found where a search finds it', () => {
  const cases = [
    [-10, -1, 0, 1, 1.5, 1.75, 10],
    [5e-324, 1e-300, 1e300],
    [-(2 - 2 ** -52), -1, 2 - 2 ** -52],
    [0],
    ...['ms', 's', 'By', '1', 'x'].map(defaultBounds),
  ]
  for (const bounds of cases) {
    const index = new BucketIndex(bounds)
    const near = bounds.flatMap((bound) => [bound, bound * (1 + 1e-15), bound * (1 - 1e-15), -bound, bound * 1.3])
    for (const value of [...near, 0, -0, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, -1e-310, 1e-310]) {
      const found = bounds.findIndex((bound) => value <= bound)
      assert.equal(index.of(value), found === -1 ? bounds.length : found, `${value} within ${bounds.join()}`)
    }
  }
})

const trace = (id: number, sampled = true): TraceContext => {
  const digits = id.toString(16)
  return { traceId: digits.padStart(32, '0'), spanId: digits.padStart(16, '0'), sampled }
}

test('each reading finds a fresh trace of each bucket, a rare slow one too, and else only each 64th is asked for', () => {
  const clock = new VirtualClock()
  const registry = new MetricRegistry({ clock })
  const times = registry.histogram({ ...common, name: 'times', bounds: [10], exemplars: true })
  const exemplars = (): (number | undefined)[] => {
    const [point] = pointsOf(registry, 'times') as HistogramPoint[]
    return (point as HistogramPoint).exemplars.map((each) => each && Number.parseInt(each.traceId, 16))
  }
  for (let at = 1; at <= 60; at += 1) times.observe(1, [], trace(at))
  assert.deepEqual(exemplars(), [1, undefined])
  for (let at = 101; at <= 165; at += 1) times.observe(1, [], trace(at))
  times.observe(99)
  times.observe(99, [], trace(200, false))
  times.observe(99, [], trace(201))
  times.observe(99, [], trace(202))
  assert.deepEqual(exemplars(), [165, 201])
})

test('an exemplar is taken from the current call, and none outside of one or where they are not asked for', async () => {
  const clock = new VirtualClock()
  const registry = new MetricRegistry({ clock })
  const times = registry.histogram({ ...common, name: 'times', bounds: [10], exemplars: true })
  const plain = registry.histogram({ ...common, name: 'plain', bounds: [10] })
  times.observe(1)
  await runCall({ trace: trace(7, false) }, async () => {
    times.observe(50)
    plain.observe(50)
  })
  const { traceId, spanId } = trace(7)
  const taken = { value: 50, timeMs: clock.wall(), traceId, spanId }
  assert.deepEqual((pointsOf(registry, 'times')[0] as HistogramPoint).exemplars, [undefined, taken])
  assert.deepEqual((pointsOf(registry, 'plain')[0] as HistogramPoint).exemplars, [])
})
