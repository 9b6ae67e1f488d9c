import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LabelValue } from './options.ts'
import { MetricRegistry } from './registry.ts'
import { pointsOf, valueOf } from './snapshot.test.support.ts'

const common = { description: 'A metric.', unit: '{call}' }
const losses = 'ashlar.telemetry.metric.losses'
const overflow = 'otel.metric.overflow'

test('a handle and a lookup of the same labels update one series, and the list may be used again', () => {
  const calls = new MetricRegistry().counter({ ...common, name: 'calls', labels: ['method', 'status'] })
  const values: [LabelValue, LabelValue] = ['GET', 200]
  const handle = calls.with(...values)
  calls.add(2, values)
  values[0] = 'PUT'
  calls.add(5, values)
  assert.equal(calls.with('GET', '200'), handle)
  assert.deepEqual(calls.snapshot().points, [
    { labels: ['GET', '200'], value: 2 },
    { labels: ['PUT', '200'], value: 5 },
  ])
})

test('labels that would be the same when written one after the other are different series', () => {
  const calls = new MetricRegistry().counter({ ...common, name: 'calls', labels: ['a', 'b'] })
  for (const labels of [
    ['x', 'yz'],
    ['xy', 'z'],
    ['', 'xyz'],
    ['x\0y', 'z'],
    ['x', 'y\0z'],
  ] as const)
    calls.add(1, labels)
  assert.equal(calls.snapshot().points.length, 5)
})

test('beyond the limit updates go to one overflow series and are counted; series that exist go on', () => {
  const registry = new MetricRegistry({ maxSeries: 3 })
  const calls = registry.counter({ ...common, name: 'calls', labels: ['user', 'method'] })
  for (let user = 0; user < 10; user += 1) calls.add(1, [user, 'GET'])
  calls.add(1, [0, 'GET'])
  assert.equal(pointsOf(registry, 'calls').length, 4)
  assert.equal(valueOf(registry, 'calls', '0', 'GET'), 2)
  assert.equal(valueOf(registry, 'calls', overflow, overflow), 7)
  assert.equal(valueOf(registry, losses, 'calls', 'overflowed'), 7)
  assert.equal(calls.with('new', 'GET'), calls.with('newer', 'PUT'))
})

test('who sends the labels of the overflow series does not make a second one of them', () => {
  const registry = new MetricRegistry({ maxSeries: 2 })
  const depth = registry.gauge({ ...common, name: 'depth', labels: ['queue'] })
  depth.set(1, [overflow])
  for (const queue of ['a', 'b', 'c']) depth.set(2, [queue])
  assert.deepEqual(
    pointsOf(registry, 'depth').map(({ labels }) => labels),
    [[overflow], ['a']],
  )
})

test('a label is cut at its greatest length, counted, and what differs only beyond it is one series', () => {
  const registry = new MetricRegistry({ maxLabelLength: 4 })
  const calls = registry.counter({ ...common, name: 'calls', labels: ['route'] })
  calls.add(1, ['/abcdef'])
  calls.add(1, ['/abcxyz'])
  calls.add(1, ['abc\u{1F600}'])
  assert.deepEqual(pointsOf(registry, 'calls'), [
    { labels: ['/abc'], value: 2 },
    { labels: ['abc'], value: 1 },
  ])
  assert.equal(valueOf(registry, losses, 'calls', 'cut'), 3)
})

test('whatever a label is given, the update does not throw', () => {
  const calls = new MetricRegistry().counter({ ...common, name: 'calls', labels: ['of'] })
  const odd = [undefined, null, true, Object.create(null), Symbol('s'), '\ud800', () => {}] as LabelValue[]
  for (const value of odd) calls.add(1, [value])
  assert.deepEqual(
    calls.snapshot().points.map(({ labels }) => labels[0]),
    ['', 'true', 'object', 'symbol', '\uFFFD', 'function'],
  )
})

test('a wrong number of labels is misuse for a handle, and left out and counted for an update', () => {
  const registry = new MetricRegistry()
  const calls = registry.counter({ ...common, name: 'calls', labels: ['a', 'b'] as readonly string[] })
  assert.throws(() => calls.with('x'), { name: 'TypeError', message: /calls has 2 labels, got 1/ })
  calls.add(1, ['x'])
  calls.add(1)
  calls.add(1, ['x', 'y', 'z'])
  assert.deepEqual(pointsOf(registry, 'calls'), [])
  assert.equal(valueOf(registry, losses, 'calls', 'refused'), 3)
})
