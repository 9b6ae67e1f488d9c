import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import type { EndpointSpec } from '../balance/index.ts'
import { OutlierDetector, type OutlierOptions } from './outlier-detector.ts'

const named = (...ids: string[]): EndpointSpec[] => ids.map((id) => ({ id }))

function detectorOf(options: Partial<OutlierOptions<EndpointSpec>> = {}): {
  clock: VirtualClock
  detector: OutlierDetector
} {
  const clock = new VirtualClock()
  const ejection = { openMs: 1_000, openJitter: 0 }
  const endpoints = named('a', 'b', 'c', 'd')
  const detector = new OutlierDetector({ name: 'order', endpoints, balancing: 'weighted', ejection, clock, ...options })
  return { clock, detector }
}

/** Sends calls; those to `sick` endpoints fail. Tells who got how many. */
function send(detector: OutlierDetector, calls: number, sick: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (let nth = 0; nth < calls; nth++) {
    const call = detector.begin()
    assert.ok(call)
    const { id } = call.endpoint
    counts[id] = (counts[id] ?? 0) + 1
    if (sick.includes(id)) call.failed(new Error('ill'))
    else call.succeeded(5)
  }
  return counts
}

test('an endpoint that keeps failing gets no more calls after five failures in a row', () => {
  const { detector } = detectorOf()
  assert.equal(send(detector, 400, ['a'])['a'], 5)
  assert.deepEqual(detector.ejected, ['a'])
})

test('it is tried again with one call, and out for longer when that fails', async () => {
  const { clock, detector } = detectorOf()
  send(detector, 400, ['a'])
  await clock.advance(1_000)
  assert.equal(send(detector, 400, ['a'])['a'], 1)
  await clock.advance(1_500)
  assert.deepEqual(detector.ejected, ['a'])
  await clock.advance(500)
  assert.deepEqual(detector.ejected, [])
})

test('one that is well again gets a tenth of its share, and more and more of it', async () => {
  const { clock, detector } = detectorOf({ slowStartMs: 9_000 })
  send(detector, 400, ['a'])
  await clock.advance(1_000)
  send(detector, 100, [])
  const first = send(detector, 310, [])['a'] ?? 0
  assert.ok(first >= 8 && first <= 12, `${first} of 310`)
  await clock.advance(4_000)
  const half = send(detector, 350, [])['a'] ?? 0
  assert.ok(half >= 45 && half <= 55, `${half} of 350`)
  await clock.advance(6_000)
  const whole = send(detector, 400, [])['a'] ?? 0
  assert.ok(whole >= 98 && whole <= 102, `${whole} of 400`)
})

test('no more than the stated share is ejected, however many fail', () => {
  const { detector } = detectorOf({ maxEjected: 0.5 })
  const counts = send(detector, 1_000, ['a', 'b', 'c', 'd'])
  assert.equal(detector.ejected.length, 2)
  assert.ok(Math.max(...Object.values(counts)) > 400)
})

test('an endpoint that was not ejected, since too many were, goes on getting calls while it is probed', async () => {
  const { clock, detector } = detectorOf({ endpoints: named('only') })
  send(detector, 10, ['only'])
  assert.deepEqual(detector.ejected, [])
  await clock.advance(1_000)
  const probe = detector.begin()
  assert.equal(detector.begin()?.endpoint.id, 'only')
  probe?.succeeded(5)
})

test('one that was ejected gets no more than its probes, also where there is no other', async () => {
  const { clock, detector } = detectorOf({ endpoints: named('only'), maxEjected: 1, panicBelow: 0 })
  for (let call = 0; call < 5; call++) detector.begin()?.failed(new Error('ill'))
  assert.deepEqual(detector.ejected, ['only'])
  await clock.advance(1_000)
  assert.ok(detector.begin())
  assert.equal(detector.begin(), undefined)
})

test('a key whose endpoint is being probed is served by another meanwhile', async () => {
  const { clock, detector } = detectorOf({ balancing: 'ring-hash', endpoints: named('a', 'b'), slowStartMs: 0 })
  const keys = Array.from({ length: 200 }, (_, nth) => `customer ${nth}`)
  const key = keys.find((each) => {
    const call = detector.begin(each)
    call?.ignored()
    return call?.endpoint.id === 'a'
  })
  for (let call = 0; call < 5; call++) detector.begin(key)?.failed(new Error('ill'))
  assert.deepEqual(detector.ejected, ['a'])
  await clock.advance(1_000)
  for (const each of keys) {
    const call = detector.begin(each)
    // The probe is under way for as long as this test.
    if (call?.endpoint.id === 'a') break
    call?.succeeded(5)
  }
  assert.equal(detector.balancer.endpoints[0]?.inFlight, 1)
  for (let call = 0; call < 200; call++) assert.equal(detector.begin(key)?.endpoint.id, 'b')
})

test('calls that say nothing do not count, and leave nothing in flight', () => {
  const { detector } = detectorOf()
  for (let nth = 0; nth < 100; nth++) detector.begin()?.ignored()
  assert.deepEqual(detector.ejected, [])
  assert.ok(detector.balancer.endpoints.every(({ inFlight }) => inFlight === 0))
})

test('an endpoint that goes takes its timers with it; one that comes is watched', async () => {
  const { clock, detector } = detectorOf()
  send(detector, 400, ['a'])
  detector.update(named('b', 'c', 'd', 'e'))
  assert.deepEqual(detector.ejected, [])
  assert.equal(send(detector, 400, ['e'])['e'], 5)
  detector[Symbol.dispose]()
  await clock.advance(5_000)
  assert.equal(clock.armed, 0)
})

test('options that make no sense are refused by name and value', () => {
  assert.throws(() => detectorOf({ maxEjected: 1.5 }), /maxEjected must be 0 to 1, got 1.5/)
  assert.throws(() => detectorOf({ slowStartMs: -1 }), /slowStartMs must be 0 to 3600000, got -1/)
})
