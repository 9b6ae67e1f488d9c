import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { hasCode, type Clock, type Timer } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import type { RateLimitedError } from './errors.ts'
import { keyEvicted, rateRefusal, type KeyEvicted, type RateRefusal } from './events.ts'
import { RateLimiter, rateLimitHeaders, type RateLimiterOptions } from './rate-limiter.ts'

const day = 86_400_000

function limiterOf(options: Partial<RateLimiterOptions> = {}): { clock: VirtualClock; limiter: RateLimiter } {
  const clock = new VirtualClock()
  return { clock, limiter: new RateLimiter({ name: 'login', limit: 10, perMs: 1_000, clock, ...options }) }
}

/** A clock whose timers do not fire, as while the event loop is blocked. */
class StalledClock implements Clock {
  nowMs = 0
  readings = 0

  now(): number {
    this.readings++
    return this.nowMs
  }

  wall(): number {
    return this.nowMs
  }

  timer(): Timer {
    return { cancel() {} }
  }

  immediate(): Timer {
    return this.timer()
  }
}

function stalled(): { clock: StalledClock; limiter: RateLimiter } {
  const clock = new StalledClock()
  return { clock, limiter: new RateLimiter({ name: 'login', limit: 100, perMs: 1_000, clock }) }
}

/** How many of `calls` calls of a key are let through now. */
function admitted(limiter: RateLimiter, key: string, calls: number): number {
  return Array.from({ length: calls }, () => limiter.take(key)).filter((waitMs) => waitMs === 0).length
}

suite('a rate limiter', () => {
  test('lets a burst through and then the rate, for each key by itself', async () => {
    const { clock, limiter } = limiterOf()
    assert.equal(admitted(limiter, 'ann', 50), 10)
    assert.equal(admitted(limiter, 'bob', 50), 10)
    await clock.advance(500)
    assert.equal(admitted(limiter, 'ann', 50), 5)
  })

  test('says when to come back, and then it is true', async () => {
    const { clock, limiter } = limiterOf()
    admitted(limiter, 'ann', 10)
    assert.equal(limiter.take('ann'), 100)
    await clock.advance(99)
    assert.equal(limiter.take('ann'), 1)
    await clock.advance(1)
    assert.equal(limiter.take('ann'), 0)
  })

  test('has no edge: never more than burst and rate in any stretch of time', async () => {
    const { clock, limiter } = limiterOf({ limit: 100, burst: 100 })
    await clock.advance(950)
    let total = admitted(limiter, 'ann', 1_000)
    await clock.advance(90)
    total += admitted(limiter, 'ann', 1_000)
    assert.equal(total, 109)
  })

  test('holds over a month as over a second', async () => {
    const { clock, limiter } = limiterOf({ limit: 2, perMs: 30 * day })
    assert.equal(admitted(limiter, 'ann', 20), 2)
    await clock.advance(14 * day)
    assert.equal(admitted(limiter, 'ann', 20), 0)
    await clock.advance(day)
    assert.equal(admitted(limiter, 'ann', 20), 1)
  })

  test('takes nothing from a call that it refuses', () => {
    const { limiter } = limiterOf()
    assert.equal(limiter.take('ann', 5), 0)
    assert.ok(limiter.take('ann', 6) > 0)
    assert.equal(limiter.take('ann', 5), 0)
  })

  test('counts fractions of a call', async () => {
    const { clock, limiter } = limiterOf({ limit: 1, burst: 1 })
    assert.equal(limiter.take('ann', 0.25), 0)
    assert.equal(limiter.take('ann', 0.75), 0)
    assert.equal(limiter.take('ann', 0.5), 500)
    await clock.advance(500)
    assert.equal(limiter.take('ann', 0.5), 0)
  })

  test('is not moved by the wall clock', () => {
    const { clock, limiter } = limiterOf()
    admitted(limiter, 'ann', 10)
    clock.setWall(clock.wall() + 365 * day)
    assert.ok(limiter.take('ann') > 0)
    clock.setWall(clock.wall() - 730 * day)
    assert.equal(limiter.take('ann'), 100)
  })

  test('after the event loop was blocked, fifteen calls at most count as made before', () => {
    const { clock, limiter } = stalled()
    for (const key of ['ann', 'ann', 'bob']) limiter.take(key)
    clock.nowMs = 60_000
    let total = 0
    for (let turn = 0; turn < 1_000; turn++) total += admitted(limiter, 'ann', 1) + admitted(limiter, 'bob', 1)
    assert.ok(total <= 2 * 100 + 15, `${total} were let through`)
  })

  test('reads the clock for one call in sixteen while nothing is refused', () => {
    const { clock, limiter } = stalled()
    admitted(limiter, 'ann', 2)
    clock.readings = 0
    assert.equal(admitted(limiter, 'ann', 96), 96)
    assert.equal(clock.readings, 6)
  })

  test('keeps so many keys and no more: idle ones are forgotten first, and that loses nothing', async () => {
    const { clock, limiter } = limiterOf({ maxKeys: 100 })
    for (let key = 0; key < 100; key++) limiter.take(`idle ${key}`)
    await clock.advance(10_000)
    admitted(limiter, 'busy', 10)
    for (let key = 0; key < 1_000; key++) {
      limiter.take(`new ${key}`)
      assert.ok(limiter.take('busy') > 0, `forgotten after ${key}`)
      await clock.advance(0)
      if (key % 10 === 9) {
        await clock.advance(100)
        limiter.take('busy')
      }
    }
    assert.equal(limiter.keys, 100)
  })

  test('tells remaining, reset and retry-after, in the header fields too', () => {
    const { limiter } = limiterOf()
    assert.deepEqual(limiter.decide('ann', 4), { allowed: true, remaining: 6, resetMs: 400, retryAfterMs: 0 })
    const refused = limiter.decide('ann', 8)
    assert.deepEqual(refused, { allowed: false, remaining: 6, resetMs: 400, retryAfterMs: 200 })
    assert.deepEqual(rateLimitHeaders(limiter, refused), {
      'ratelimit-policy': '"login";q=10;w=1',
      ratelimit: '"login";r=6;t=1',
      'retry-after': '1',
    })
  })

  test('says how a key stands without taking anything', async () => {
    const { clock, limiter } = limiterOf()
    assert.deepEqual(limiter.peek('ann'), { allowed: true, remaining: 10, resetMs: 0, retryAfterMs: 0 })
    admitted(limiter, 'ann', 9)
    assert.deepEqual(limiter.peek('ann'), { allowed: true, remaining: 1, resetMs: 900, retryAfterMs: 0 })
    limiter.take('ann')
    const used = { allowed: false, remaining: 0, resetMs: 1_000, retryAfterMs: 100 }
    assert.deepEqual([limiter.peek('ann'), limiter.peek('ann')], [used, used])
    await clock.advance(99.5)
    assert.deepEqual(limiter.peek('ann'), { ...used, resetMs: 901, retryAfterMs: 1 })
  })

  test('tells who listens of each refusal, and of each key that it had to forget', () => {
    const refusals: RateRefusal[] = []
    const evictions: KeyEvicted[] = []
    const { limiter } = limiterOf({ limit: 1, maxKeys: 2 })
    for (const key of ['ann', 'bob', 'cid']) limiter.take(key)
    limiter.take('cid')
    const refused = rateRefusal.subscribe((event) => void refusals.push(event))
    const evicted = keyEvicted.subscribe((event) => void evictions.push(event))
    limiter.take('cid')
    assert.deepEqual(refusals, [{ limiter: 'login', retryAfterMs: 1_000 }])
    assert.equal(limiter.refused, 2)
    for (const key of ['dan', 'dan', 'eve']) limiter.take(key)
    assert.deepEqual(evictions, [
      { limiter: 'login', keys: 2 },
      { limiter: 'login', keys: 2 },
    ])
    for (const listener of [refused, evicted]) listener[Symbol.dispose]()
  })

  test('a header never asks to come back in no time', () => {
    const limiter = { name: 'fast', limit: 2.5, perMs: 1_500 }
    const refused = { allowed: false, remaining: 0, resetMs: 3_000, retryAfterMs: 0 }
    assert.deepEqual(rateLimitHeaders(limiter, refused), {
      'ratelimit-policy': '"fast";q=2;w=2',
      ratelimit: '"fast";r=0;t=0',
      'retry-after': '1',
    })
  })

  test('options and costs that make no sense are refused by name and value', () => {
    assert.throws(() => limiterOf({ limit: 0 }), /limit must be .* got 0/)
    assert.throws(() => limiterOf({ limit: 1e-310, burst: 2 }), /limit is too small, got 1e-310/)
    assert.throws(() => limiterOf({ perMs: Number.NaN }), /perMs must be .* got NaN/)
    assert.throws(() => limiterOf({ burst: 0.5 }), /burst must be 1 to 1000000000, got 0.5/)
    assert.throws(() => limiterOf({ maxWaiting: 0.5 }), /maxWaiting must be a whole number, got 0.5/)
    assert.throws(() => limiterOf({ maxWaiting: -1 }), /maxWaiting must be 0 to 1000000, got -1/)
    assert.throws(() => limiterOf({ maxKeys: 1.5 }), /maxKeys must be a whole number, got 1.5/)
    assert.throws(
      () => limiterOf().limiter.take('ann', 11),
      /cost must be above 0 and at most the burst \(10\), got 11/,
    )
    assert.throws(() => limiterOf().limiter.take('ann', 0), /got 0/)
  })
})

suite('waiting for one’s turn', () => {
  test('turns are given in the order of asking, at the rate', async () => {
    const { clock, limiter } = limiterOf({ burst: 1 })
    const turns: [string, number][] = []
    const waits = ['a', 'b', 'c'].map(async (name) => {
      await limiter.wait('ann', { maxWaitMs: 1_000 })
      turns.push([name, clock.now()])
    })
    await clock.advance(1_000)
    await Promise.all(waits)
    assert.deepEqual(turns, [
      ['a', 0],
      ['b', 100],
      ['c', 200],
    ])
  })

  test('a wait that would be too long is refused at once', async () => {
    const { limiter } = limiterOf({ burst: 1 })
    await limiter.wait('ann', { maxWaitMs: 0 })
    await assert.rejects(limiter.wait('ann', { maxWaitMs: 99 }), (error) => hasCode(error, 'ASHLAR_RATE_LIMITED'))
  })

  test('a wait that makes no sense is refused by name and value, and one that is given up before takes nothing', async () => {
    const { limiter } = limiterOf({ burst: 1 })
    const wait = (options: Parameters<RateLimiter['wait']>[1]): Promise<void> => limiter.wait('ann', options)
    for (const maxWaitMs of [-1, 3_600_001, Number.NaN]) {
      const message = `rate limiter: maxWaitMs must be 0 to 3600000, got ${maxWaitMs}`
      await assert.rejects(wait({ maxWaitMs }), { name: 'RangeError', message })
    }
    await assert.rejects(wait({ maxWaitMs: 0, cost: 2 }), /cost must be above 0 and at most the burst \(1\), got 2/)
    await assert.rejects(wait({ maxWaitMs: 0, signal: AbortSignal.abort(new Error('gone')) }), /gone/)
    await wait({ maxWaitMs: 3_600_000 })
    await assert.rejects(wait({ maxWaitMs: 0 }), (error: RateLimitedError) => {
      assert.deepEqual([error.limiter, error.retryAfterMs], ['login', 100])
      return true
    })
    assert.equal(limiter.refused, 1)
  })

  test('a turn that comes up is not given back, and one given up late frees no more than it took', async () => {
    const { clock, limiter } = limiterOf({ burst: 1 })
    await limiter.wait('ann', { maxWaitMs: 0 })
    const caller = new AbortController()
    const first = limiter.wait('ann', { maxWaitMs: 1_000, signal: caller.signal })
    const second = limiter.wait('ann', { maxWaitMs: 1_000 })
    await clock.advance(100)
    await first
    caller.abort(new Error('too late'))
    assert.equal(limiter.take('ann'), 200)
    await clock.advance(100)
    await second
    assert.equal(limiter.take('ann'), 100)
  })

  test('who gives up gives the turn back, and no timer stays', async () => {
    const { clock, limiter } = limiterOf({ burst: 1 })
    await limiter.wait('ann', { maxWaitMs: 0 })
    const caller = new AbortController()
    const left = assert.rejects(limiter.wait('ann', { maxWaitMs: 1_000, signal: caller.signal }), /gone/)
    caller.abort(new Error('gone'))
    await left
    assert.equal(clock.armed, 0)
    await clock.advance(100)
    assert.equal(limiter.take('ann'), 0)
  })
})
