import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ManualClock } from '../internal/manual-clock.test.support.ts'
import { checkMillionSteps, manySteps } from '../internal/random-steps.test.support.ts'
import { tickMs } from '../internal/ticker.ts'
import { Bucket } from './bucket.test.support.ts'
import { RateLimiter } from './rate-limiter.ts'

/** The limiter and the model side by side. */
class Twins {
  readonly clock = new ManualClock()
  readonly limiter: RateLimiter
  readonly #buckets = new Map<string, Bucket>()
  readonly #tokenMs: number
  readonly #brim: number
  readonly #maxKeys: number

  constructor({ limit, burst, maxKeys }: { limit: number; burst: number; maxKeys: number }) {
    const { clock } = this
    this.limiter = new RateLimiter({ name: 'p', limit, perMs: 1_000, burst, maxKeys, clock })
    this.#tokenMs = 1_000 / limit
    this.#brim = burst * this.#tokenMs
    this.#maxKeys = maxKeys
  }

  take(key: string, cost: number): void {
    const waitMs = this.#waitMs(key, cost)
    assert.equal(this.limiter.take(key, cost), waitMs === 0 ? 0 : Math.max(1, Math.ceil(waitMs)))
    if (waitMs === 0) this.#spend(key, cost)
  }

  peek(key: string): void {
    const { level } = this.#bucket(key)
    const { remaining, resetMs, allowed } = this.limiter.peek(key)
    assert.equal(remaining, Math.max(0, Math.floor(level / this.#tokenMs)))
    assert.equal(allowed, level >= this.#tokenMs)
    assert.equal(resetMs, Math.ceil(this.#brim - level))
  }

  pass(ms: number): void {
    this.clock.advance(ms)
  }

  #bucket(key: string): Bucket {
    const nowMs = this.clock.now()
    let bucket = this.#buckets.get(key)
    if (bucket === undefined) this.#buckets.set(key, (bucket = new Bucket(this.#brim, nowMs)))
    bucket.fill(nowMs)
    return bucket
  }

  #waitMs(key: string, cost: number): number {
    return Math.max(0, cost * this.#tokenMs - this.#bucket(key).level)
  }

  /** Beyond the bound on keys, one of those that are nearest to idle is forgotten, and only then. */
  #spend(key: string, cost: number): void {
    const bucket = this.#bucket(key)
    const wasIdle = bucket.isFull
    bucket.level -= cost * this.#tokenMs
    assert.ok(this.limiter.keys <= this.#maxKeys)
    if (!wasIdle || this.#buckets.size <= this.#maxKeys) return
    const others = [...this.#buckets.keys()].filter((other) => other !== key && !this.#bucket(other).isFull)
    if (others.length < this.#maxKeys) return
    const nearest = Math.max(...others.map((other) => this.#bucket(other).level))
    const lost = others.filter((other) => this.limiter.peek(other).resetMs === 0)
    assert.equal(lost.length, 1)
    assert.equal(this.#bucket(lost[0]!).level, nearest)
    this.#buckets.delete(lost[0]!)
  }
}

const options = fc.record({
  limit: fc.constantFrom(1, 8, 64),
  burst: fc.constantFrom(1, 4, 10),
  maxKeys: fc.integer({ min: 1, max: 6 }),
})
const kinds = fc.constantFrom(...Array.from({ length: 8 }, () => 'take' as const), 'peek', 'pass', 'pass')
const step = fc.tuple(kinds, fc.constantFrom(0.25, 0.5, 1, 1, 2.5, 4), fc.nat(1_000))

test('a million random steps, a tick or more apart: the limiter does what a token bucket a key does', async () => {
  let taken = 0
  const property = fc.property(options, fc.array(step, manySteps), (chosen, script) => {
    const twins = new Twins(chosen)
    for (const [kind, amount, which] of script) {
      taken++
      const key = `key ${which % 8}`
      const cost = Math.min(amount, chosen.burst)
      if (kind === 'take') twins.take(key, cost)
      else if (kind === 'peek') twins.peek(key)
      else twins.pass((which % 5) * tickMs)
    }
  })
  await checkMillionSteps(property, () => taken)
})

const moment = fc.record({
  afterMs: fc.constantFrom(0, 0, 0, 0, 0.5, 1, 2.5, 7, 13, 40),
  cost: fc.constantFrom(0.25, 1, 1, 1),
  key: fc.constantFrom('ann', 'bob'),
})

test('a million random steps at any time: nobody gets less than a token bucket gives, or more than 10 ms ahead', async () => {
  let taken = 0
  const property = fc.property(fc.constantFrom(1, 64, 512), fc.array(moment, manySteps), (limit, script) => {
    const clock = new ManualClock()
    const limiter = new RateLimiter({ name: 'p', limit, perMs: 1_000, burst: 4, clock })
    const tokenMs = 1_000 / limit
    const buckets = { ann: new Bucket(4 * tokenMs, 0), bob: new Bucket(4 * tokenMs, 0) }
    for (const { afterMs, cost, key } of script) {
      taken++
      clock.advance(afterMs)
      const bucket = buckets[key]
      bucket.fill(clock.now())
      const waitMs = cost * tokenMs - bucket.level
      const toldMs = limiter.take(key, cost)
      if (toldMs === 0) {
        assert.ok(waitMs <= tickMs, `let through ${waitMs} ms early`)
        bucket.add(-cost * tokenMs)
      } else {
        assert.ok(waitMs > 0, 'refused what there was')
        assert.ok(toldMs <= Math.max(1, Math.ceil(waitMs)), `${toldMs} ms instead of ${waitMs}`)
        assert.ok(toldMs >= Math.ceil(waitMs - tickMs), `${toldMs} ms instead of ${waitMs}`)
      }
    }
  })
  await checkMillionSteps(property, () => taken)
})
