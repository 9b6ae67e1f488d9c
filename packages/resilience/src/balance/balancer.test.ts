import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import { Balancer, type BalancerOptions } from './balancer.ts'
import type { EndpointSpec } from './endpoint.ts'

/** A small generator with a seed, so that a failure can be had again. */
function randomOf(seed: number): { next(): number; fill(bytes: Uint8Array): Uint8Array } {
  let state = seed
  return {
    next() {
      state = (state + 0x6d2b79f5) | 0
      let t = Math.imul(state ^ (state >>> 15), 1 | state)
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
    },
    fill: (bytes) => bytes,
  }
}

const named = (...ids: string[]): EndpointSpec[] => ids.map((id) => ({ id }))

function balancerOf(options: Partial<BalancerOptions<EndpointSpec>>): { clock: VirtualClock; balancer: Balancer } {
  const clock = new VirtualClock()
  return { clock, balancer: new Balancer({ endpoints: named('a', 'b', 'c'), clock, random: randomOf(7), ...options }) }
}

/** Who gets how many of `calls` calls that end at once. */
function shares(balancer: Balancer, calls: number, key?: (nth: number) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (let call = 0; call < calls; call++) {
    const endpoint = balancer.pick(key?.(call))!
    counts[endpoint.id] = (counts[endpoint.id] ?? 0) + 1
    balancer.finish(endpoint)
  }
  return counts
}

suite('round robin', () => {
  test('gives each its turn', () => {
    const { balancer } = balancerOf({ balancing: 'round-robin' })
    assert.deepEqual(shares(balancer, 300), { a: 100, b: 100, c: 100 })
  })
})

suite('weighted', () => {
  const endpoints = [{ id: 'a', weight: 5 }, { id: 'b' }, { id: 'c' }]

  test('gives each its share, evenly spread', () => {
    const { balancer } = balancerOf({ balancing: 'weighted', endpoints })
    const order = Array.from({ length: 14 }, () => balancer.pick()?.id).join('')
    assert.equal(order.replaceAll(/[^a]/g, '').length, 10)
    assert.equal(/aaaaaa/.test(order), false)
    assert.deepEqual(shares(balancer, 700), { a: 500, b: 100, c: 100 })
  })

  test('one that comes back has nothing to catch up on', () => {
    const { balancer } = balancerOf({ balancing: 'weighted' })
    const [a] = balancer.endpoints
    a!.isAvailable = false
    balancer.refresh()
    shares(balancer, 1_000)
    a!.isAvailable = true
    balancer.refresh()
    for (const count of Object.values(shares(balancer, 300))) assert.ok(count >= 99 && count <= 101, `${count}`)
  })
})

suite('least request', () => {
  test('of two, the one with fewer calls in flight: none is much busier than the others', () => {
    const { balancer } = balancerOf({
      balancing: 'least-request',
      endpoints: named('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'),
    })
    for (let call = 0; call < 1_000; call++) balancer.pick()
    const inFlight = balancer.endpoints.map((endpoint) => endpoint.inFlight)
    assert.ok(Math.max(...inFlight) - Math.min(...inFlight) <= 8, inFlight.join(' '))
  })

  test('an endpoint of twice the weight takes about twice the calls', () => {
    const endpoints = [{ id: 'a', weight: 2 }, { id: 'b' }]
    const { balancer } = balancerOf({ balancing: 'least-request', endpoints })
    for (let call = 0; call < 300; call++) balancer.pick()
    const [a, b] = balancer.endpoints
    assert.ok(Math.abs(a!.inFlight - 2 * b!.inFlight) <= 3, `${a!.inFlight} and ${b!.inFlight}`)
  })
})

suite('peak EWMA', () => {
  /** Sends calls that take what their endpoint takes, and tells who got how many. */
  async function serve(
    balancer: Balancer,
    clock: VirtualClock,
    tookMs: Record<string, number>,
  ): Promise<Record<string, number>> {
    const counts: Record<string, number> = {}
    for (let call = 0; call < 2_000; call++) {
      const endpoint = balancer.pick()!
      counts[endpoint.id] = (counts[endpoint.id] ?? 0) + 1
      balancer.finish(endpoint, tookMs[endpoint.id])
      if (call % 100 === 99) await clock.advance(10)
    }
    return counts
  }

  test('avoids a slow endpoint, and goes back to it when it has been left alone for a while', async () => {
    const { clock, balancer } = balancerOf({})
    const slow = await serve(balancer, clock, { a: 200, b: 10, c: 10 })
    assert.ok((slow['a'] ?? 0) < 100, JSON.stringify(slow))
    await clock.advance(120_000)
    const well = await serve(balancer, clock, { a: 5, b: 10, c: 10 })
    assert.ok((well['a'] ?? 0) > 500, JSON.stringify(well))
  })

  test('a new endpoint is neither shunned nor flooded', async () => {
    const { clock, balancer } = balancerOf({ endpoints: named('a', 'b') })
    await serve(balancer, clock, { a: 10, b: 10 })
    balancer.update(named('a', 'b', 'new'))
    for (let call = 0; call < 30; call++) balancer.pick()
    const fresh = balancer.endpoints[2]!
    assert.ok(fresh.inFlight >= 5 && fresh.inFlight <= 15, `${fresh.inFlight} of 30`)
  })
})

suite('ring hash', () => {
  test('a key goes to the same endpoint each time, and keys spread evenly', () => {
    const { balancer } = balancerOf({ balancing: 'ring-hash', bound: 100 })
    const counts = shares(balancer, 3_000, (nth) => `customer ${nth}`)
    for (const count of Object.values(counts)) assert.ok(count > 700 && count < 1_300, JSON.stringify(counts))
    const home = balancer.pick('ann')?.id
    for (let call = 0; call < 10; call++) assert.equal(balancer.pick('ann')?.id, home)
  })

  test('when an endpoint goes only its keys move', () => {
    const { balancer } = balancerOf({
      balancing: 'ring-hash',
      endpoints: named('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'),
    })
    const keys = Array.from({ length: 1_000 }, (_, nth) => `customer ${nth}`)
    const home = (): (string | undefined)[] =>
      keys.map((key) => {
        const endpoint = balancer.pick(key)!
        balancer.finish(endpoint)
        return endpoint.id
      })
    const before = home()
    balancer.update(named('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'))
    const after = home()
    for (const [nth, id] of before.entries()) if (id !== 'j') assert.equal(after[nth], id)
  })

  test('a hot key overflows to the next endpoint rather than drowning its own', () => {
    const { balancer } = balancerOf({ balancing: 'ring-hash', endpoints: named('a', 'b', 'c', 'd'), bound: 1.25 })
    for (let call = 0; call < 400; call++) balancer.pick('everybody’s favourite')
    for (const { inFlight } of balancer.endpoints) assert.ok(inFlight <= 126, `${inFlight} of 400`)
  })
})

suite('any balancer', () => {
  test('has nowhere to send calls without endpoints', () => {
    assert.equal(balancerOf({ endpoints: [] }).balancer.pick(), undefined)
  })

  test('sends none to those that are not available, unless too many are not', () => {
    for (const balancing of ['round-robin', 'weighted', 'least-request', 'peak-ewma', 'ring-hash'] as const) {
      const { balancer } = balancerOf({ balancing, endpoints: named('a', 'b', 'c', 'd'), panicBelow: 0.5 })
      const [a, b, c] = balancer.endpoints
      a!.isAvailable = b!.isAvailable = false
      balancer.refresh()
      assert.deepEqual(Object.keys(shares(balancer, 200, (nth) => `${nth}`)).toSorted(), ['c', 'd'], balancing)
      c!.isAvailable = false
      balancer.refresh()
      assert.equal(balancer.isPanicking, true)
      assert.equal(Object.keys(shares(balancer, 200, (nth) => `${nth}`)).length, 4, balancing)
    }
  })

  test('keeps what it knows of those that stay', () => {
    const { balancer } = balancerOf({})
    const before = balancer.pick()!
    balancer.update(named('a', 'b', 'c', 'd'))
    assert.equal(
      balancer.endpoints.find(({ id }) => id === before.id),
      before,
    )
    assert.equal(before.inFlight, 1)
  })

  test('an endpoint that moves and keeps its id is called where it is now; what is refused moves none', () => {
    const balancer = new Balancer({ endpoints: [{ id: 'a', url: 'http://10.0.0.1' }] })
    const [before] = balancer.endpoints
    const twice = { id: 'b', url: 'http://10.0.0.3' }
    assert.throws(() => balancer.update([{ id: 'a', url: 'http://10.0.0.2' }, twice, twice]), TypeError)
    assert.equal(balancer.pick()?.spec.url, 'http://10.0.0.1')
    const moved = { id: 'a', url: 'http://10.0.0.2', weight: 1 }
    balancer.update([moved])
    assert.equal(balancer.pick()?.spec.url, 'http://10.0.0.2')
    assert.equal(balancer.endpoints[0], before, 'its weight is what it was by default')
  })

  test('what makes no sense is refused, with nothing changed', () => {
    const { balancer } = balancerOf({})
    assert.throws(() => balancer.update(named('a', 'a')), /two endpoints are called "a"/)
    assert.throws(() => balancer.update([{ id: 'x', weight: 0 }]), /weight must be .* got 0 for "x"/)
    assert.equal(balancer.endpoints.length, 3)
    assert.throws(() => balancerOf({ balancing: 'best' as never }), /there is no balancing "best"/)
    assert.throws(() => balancerOf({ panicBelow: 2 }), /panicBelow must be 0 to 1, got 2/)
    assert.throws(() => balancerOf({ bound: 0.5 }), /bound must be 1 to 100, got 0.5/)
  })
})
