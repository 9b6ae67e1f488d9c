import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ManualClock } from '../internal/manual-clock.test.support.ts'
import { MemoryScripts } from './memory-scripts.test.support.ts'
import { SharedRateLimiter, type SharedRateDecision } from './shared-rate-limiter.ts'

// A power of two, as the limits are: all sums are exact.
const perMs = 1_024

/** A token bucket as it is drawn, counted in milliseconds of dripping. */
class Bucket {
  readonly #brimMs: number
  readonly #tokenMs: number
  #levelMs: number
  #atMs = 0

  constructor(limit: number, burst: number) {
    this.#tokenMs = perMs / limit
    this.#brimMs = this.#levelMs = burst * this.#tokenMs
  }

  take(cost: number, nowMs: number): SharedRateDecision {
    this.#levelMs = Math.min(this.#brimMs, this.#levelMs + nowMs - this.#atMs)
    this.#atMs = nowMs
    const lackingMs = cost * this.#tokenMs - this.#levelMs
    if (lackingMs <= 0) this.#levelMs -= cost * this.#tokenMs
    return {
      allowed: lackingMs <= 0,
      remaining: Math.floor(this.#levelMs / this.#tokenMs),
      resetMs: Math.ceil(this.#brimMs - this.#levelMs),
      retryAfterMs: Math.ceil(Math.max(0, lackingMs)),
      source: 'store',
    }
  }
}

const limits = fc.record({ limit: fc.constantFrom(1, 8, 64), burst: fc.constantFrom(2, 4, 10) })
const cost = fc.constantFrom(0.25, 0.5, 1, 1, 1, 2)
const step = fc.record({ who: fc.nat(2), key: fc.nat(1), cost, passMs: fc.constantFrom(0, 0, 0, 0.5, 8, 128, 700) })

test('however many processes take, and in whatever order: what a token bucket a key does', async () => {
  const property = fc.asyncProperty(limits, fc.array(step, { maxLength: 300 }), async ({ limit, burst }, steps) => {
    const clock = new ManualClock()
    const scripts = new MemoryScripts(clock)
    const one = { name: 'p', scripts, limit, perMs, burst, onStoreError: 'closed', clock } as const
    const processes = Array.from({ length: 3 }, () => new SharedRateLimiter(one))
    const buckets = Array.from({ length: 2 }, () => new Bucket(limit, burst))
    for (const { who, key, cost: asked, passMs } of steps) {
      clock.advance(passMs)
      const decision = await processes[who]?.take(`key ${key}`, asked)
      assert.deepEqual(decision, buckets[key]?.take(asked, clock.now()))
    }
  })
  await fc.assert(property)
})

test('with leases no stretch of time sees more than burst and rate over it and one lease longer', async () => {
  const ttlMs = 200
  const property = fc.asyncProperty(limits, fc.array(step, { maxLength: 300 }), async ({ limit, burst }, steps) => {
    const clock = new ManualClock()
    const scripts = new MemoryScripts(clock)
    const lease = { tokens: burst, ttlMs }
    const one = { name: 'p', scripts, limit, perMs, burst, onStoreError: 'closed', lease, clock } as const
    const processes = Array.from({ length: 3 }, () => new SharedRateLimiter(one))
    const through: { readonly atMs: number; readonly cost: number }[] = []
    for (const { who, cost: asked, passMs } of steps) {
      clock.advance(passMs)
      const decision = await processes[who]?.take('key', asked)
      if (decision?.allowed === true) through.push({ atMs: clock.now(), cost: asked })
      else assert.ok((decision?.retryAfterMs ?? 0) > 0)
      let total = 0
      for (const { atMs, cost: paid } of through.toReversed()) {
        total += paid
        assert.ok(total <= burst + ((clock.now() - atMs + ttlMs) * limit) / perMs + 1e-6, `${total}`)
      }
    }
  })
  await fc.assert(property)
})
