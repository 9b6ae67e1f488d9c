import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import { MetricRegistry } from './registry.ts'
import { pointsOf, valueOf } from './snapshot.test.support.ts'

const common = { description: 'A metric.', unit: '{call}' }

test('a metric registered twice is the same one, whatever it is described as', () => {
  const registry = new MetricRegistry()
  const first = registry.counter({ ...common, name: 'calls', labels: ['method'] })
  assert.equal(registry.counter({ ...common, description: 'Others.', name: 'calls', labels: ['method'] }), first)
  const bounds = [1, 2]
  const histogram = registry.histogram({ ...common, name: 'sizes', bounds })
  assert.equal(registry.histogram({ ...common, name: 'sizes', bounds: [1, 2] }), histogram)
  assert.equal(registry.gauge({ ...common, name: 'depth' }), registry.gauge({ ...common, name: 'depth' }))
})

test('a name taken by a metric of another kind, unit, labels, bounds or exemplars is misuse', () => {
  const registry = new MetricRegistry()
  registry.counter({ ...common, name: 'calls', labels: ['method'] })
  registry.histogram({ ...common, name: 'sizes', bounds: [1, 2] })
  registry.observableCounter({ ...common, name: 'seen', read: () => {} })
  const taken = { name: 'TypeError', message: /registered already/ }
  assert.throws(() => registry.gauge({ ...common, name: 'calls', labels: ['method'] }), taken)
  assert.throws(() => registry.counter({ ...common, name: 'calls', unit: 'By', labels: ['method'] }), taken)
  assert.throws(() => registry.counter({ ...common, name: 'calls', labels: ['route'] }), taken)
  assert.throws(() => registry.counter({ ...common, name: 'calls' }), taken)
  assert.throws(() => registry.histogram({ ...common, name: 'sizes', bounds: [1, 3] }), taken)
  assert.throws(() => registry.histogram({ ...common, name: 'sizes', bounds: [1, 2], exemplars: true }), taken)
  assert.throws(() => registry.counter({ ...common, name: 'seen' }), taken)
  assert.throws(() => registry.observableCounter({ ...common, name: 'seen', read: () => {} }), taken)
})

test('metrics that would be one in Prometheus are misuse', () => {
  const registry = new MetricRegistry()
  registry.counter({ ...common, name: 'http.calls' })
  registry.histogram({ name: 'work', unit: 'ms', description: 'Work.' })
  const clash = { name: 'TypeError', message: /in Prometheus/ }
  assert.throws(() => registry.counter({ ...common, name: 'http_calls' }), clash)
  assert.throws(() => registry.counter({ ...common, name: 'http.calls.total' }), clash)
  assert.throws(() => registry.gauge({ ...common, name: 'work.seconds.count' }), clash)
  assert.throws(() => registry.gauge({ ...common, name: 'depth', labels: ['a.b', 'a_b'] }), { name: 'TypeError' })
  // Nothing was left behind by the refusals.
  assert.deepEqual(
    registry.snapshot().map(({ name }) => name),
    ['ashlar.telemetry.metric.losses', 'http.calls', 'work'],
  )
})

test('names, labels and options out of bounds are misuse, told by name and value', () => {
  const registry = new MetricRegistry({ maxMetrics: 1 })
  assert.throws(() => registry.counter({ ...common, name: '1st' }), { name: 'TypeError', message: /"1st"/ })
  assert.throws(() => registry.counter({ ...common, name: 'a', labels: ['b c'] }), { message: /"b c"/ })
  assert.throws(() => registry.histogram({ ...common, name: 'a', labels: ['le'] }), { message: /"le"/ })
  const many = Array.from({ length: 17 }, (_, at) => `l${at}`)
  assert.throws(() => registry.counter({ ...common, name: 'a', labels: many }), { message: /17 labels/ })
  for (const bounds of [[], [2, 1], [1, 1], [Infinity], [Number.NaN]]) {
    assert.throws(() => registry.histogram({ ...common, name: 'a', bounds }), RangeError)
  }
  registry.counter({ ...common, name: 'a' })
  assert.throws(() => registry.counter({ ...common, name: 'b' }), { name: 'RangeError', message: /maxMetrics, 1/ })
  assert.throws(() => new MetricRegistry({ maxSeries: 0 }), { name: 'RangeError', message: /maxSeries.*got 0/ })
})

test('what is reported by an observable is read anew each time, and gone when it is not reported', () => {
  const registry = new MetricRegistry()
  let states: [string, number][] = [
    ['idle', 2],
    ['busy', 1],
  ]
  using _ = registry.observableGauge({
    ...common,
    name: 'workers',
    labels: ['state'],
    read: (report) => states.forEach(([state, count]) => report(count, [state])),
  })
  assert.equal(valueOf(registry, 'workers', 'idle'), 2)
  states = [['busy', 3]]
  assert.deepEqual(pointsOf(registry, 'workers'), [{ labels: ['busy'], value: 3 }])
})

test('an observable that throws, or reports no number, leaves the others as they are and is counted', () => {
  const registry = new MetricRegistry()
  registry.observableGauge({
    ...common,
    name: 'broken',
    read() {
      throw new Error('not now')
    },
  })
  registry.observableCounter({ ...common, name: 'negative', read: (report) => report(-1) })
  registry.observableGauge({ ...common, name: 'nan', read: (report) => report(Number.NaN) })
  registry.observableGauge({ ...common, name: 'good', read: (report) => report(7) })
  assert.equal(valueOf(registry, 'good'), 7)
  assert.deepEqual(pointsOf(registry, 'broken'), [])
  assert.equal(valueOf(registry, 'ashlar.telemetry.metric.losses', 'negative', 'refused'), 2)
  assert.equal(valueOf(registry, 'ashlar.telemetry.metric.losses', 'nan', 'refused'), 3)
  assert.ok((valueOf(registry, 'ashlar.telemetry.metric.losses', 'broken', 'failed') ?? 0) > 0)
})

test('an observable that is disposed of gives its name back, once', () => {
  const registry = new MetricRegistry()
  const options = { ...common, name: 'depth', read: (report: (value: number) => void) => report(1) }
  const first = registry.observableGauge(options)
  first[Symbol.dispose]()
  registry.observableGauge({ ...options, read: (report) => report(2) })
  first[Symbol.dispose]()
  assert.equal(valueOf(registry, 'depth'), 2)
})

test('a reset starts all over at the time it is made, and handles go on', async () => {
  const clock = new VirtualClock()
  const registry = new MetricRegistry({ clock })
  const startMs = registry.startMs
  const calls = registry.counter({ ...common, name: 'calls', labels: ['method'] }).with('GET')
  const depth = registry.gauge({ ...common, name: 'depth' })
  const sizes = registry.histogram({ ...common, name: 'sizes', bounds: [1], exemplars: true })
  // Past where a double counts in ones: what it cannot hold is kept aside, and must go too.
  for (const amount of [2 ** 53 - 1, 1, 1]) calls.add(amount)
  depth.set(3)
  sizes.observe(5, [], { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: false })
  await clock.advance(1_000)
  registry.reset()
  assert.equal(registry.startMs, startMs + 1_000)
  assert.deepEqual(pointsOf(registry, 'depth'), [])
  assert.deepEqual(pointsOf(registry, 'sizes'), [
    { labels: [], count: 0, sum: 0, counts: [0, 0], exemplars: [undefined, undefined] },
  ])
  calls.add(2)
  assert.equal(valueOf(registry, 'calls', 'GET'), 2)
})
