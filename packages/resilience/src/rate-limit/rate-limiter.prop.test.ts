import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { VirtualClock } from '@ashlar/kernel/testing'
import { ManualClock } from '../internal/manual-clock.test.support.ts'
import { checkMillionSteps, manySteps } from '../internal/random-steps.test.support.ts'
import { tickMs } from '../internal/ticker.ts'
import { RateLimiter } from './rate-limiter.ts'

/**
 * A token bucket as it is drawn: tokens that drip in, and a brim. Below zero where turns have been given ahead. Counted in
 * milliseconds of dripping, so that all sums are exact.
 */
class Bucket {
  level: number
  readonly brim: number
  #atMs: number

  constructor(brim: number, nowMs: number) {
    this.level = this.brim = brim
    this.#atMs = nowMs
  }

  get isFull(): boolean {
    return this.level === this.brim
  }

  fill(nowMs: number): void {
    this.add(nowMs - this.#atMs)
    this.#atMs = nowMs
  }

  add(amount: number): void {
    this.level = Math.min(this.brim, this.level + amount)
  }
}

interface Waiting {
  readonly key: string
  readonly cost: number
  readonly dueMs: number
  readonly caller: AbortController
  readonly ended: Promise<string>
}

/** The limiter and the model side by side. */
class Twins {
  readonly clock = new ManualClock()
  readonly limiter: RateLimiter
  readonly #buckets = new Map<string, Bucket>()
  readonly #tokenMs: number
  readonly #brim: number
  readonly #maxKeys: number
  #waiting: Waiting[] = []

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

  async wait(key: string, cost: number, maxWaitMs: number): Promise<void> {
    const waitMs = this.#waitMs(key, cost)
    const caller = new AbortController()
    const ended = this.limiter.wait(key, { cost, maxWaitMs, signal: caller.signal }).then(
      () => 'go',
      (error: unknown) => (error as { code?: string }).code ?? 'left',
    )
    if (waitMs > maxWaitMs) assert.equal(await ended, 'ASHLAR_RATE_LIMITED')
    else {
      this.#spend(key, cost)
      if (waitMs === 0) assert.equal(await ended, 'go')
      else this.#waiting.push({ key, cost, dueMs: this.clock.now() + waitMs, caller, ended })
    }
  }

  async leave(which: number): Promise<void> {
    const [waiting] = this.#waiting.splice(which % Math.max(1, this.#waiting.length), 1)
    if (waiting === undefined) return
    waiting.caller.abort(new Error('gone'))
    assert.equal(await waiting.ended, 'left')
    const bucket = this.#bucket(waiting.key)
    const behindMs = Math.max(0, this.clock.now() - bucket.level - waiting.dueMs)
    bucket.add(Math.max(0, waiting.cost * this.#tokenMs - behindMs))
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms)
    const nowMs = this.clock.now()
    for (const { dueMs, ended } of this.#waiting) if (dueMs <= nowMs) assert.equal(await ended, 'go')
    this.#waiting = this.#waiting.filter(({ dueMs }) => dueMs > nowMs)
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
// Promises cost more than all the rest: few steps are about them.
const kinds = fc.constantFrom(
  ...Array.from({ length: 8 }, () => 'take' as const),
  'peek',
  'wait',
  'leave',
  'pass',
  'pass',
)
const step = fc.tuple(kinds, fc.constantFrom(0.25, 0.5, 1, 1, 2.5, 4), fc.nat(1_000))

test('a million random steps, a tick or more apart: the limiter does what a token bucket a key does', async () => {
  let taken = 0
  const property = fc.asyncProperty(options, fc.array(step, manySteps), async (chosen, script) => {
    const twins = new Twins(chosen)
    for (const [kind, amount, which] of script) {
      taken++
      const key = `key ${which % 8}`
      const cost = Math.min(amount, chosen.burst)
      if (kind === 'take') twins.take(key, cost)
      else if (kind === 'peek') twins.peek(key)
      else if (kind === 'wait') await twins.wait(key, cost, which % 700)
      else if (kind === 'leave') await twins.leave(which)
      else await twins.pass((which % 5) * tickMs)
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

const turn = fc.record({
  kind: fc.constantFrom('wait', 'wait', 'leave', 'pass'),
  cost: fc.constantFrom(0.5, 1, 2, 4),
  which: fc.nat(250),
})
const turns = fc.array(turn, { minLength: 60, maxLength: 60 })

test('whoever leaves the line and comes instead: nobody goes before a token bucket has what it takes', async () => {
  const property = fc.asyncProperty(fc.constantFrom(1, 2, 4), turns, async (burst, script) => {
    const clock = new VirtualClock()
    const limiter = new RateLimiter({ name: 'p', limit: 10, perMs: 1_000, burst, clock })
    const bucket = new Bucket(100 * burst, 0)
    const callers: AbortController[] = []
    const early: number[] = []
    const wait = async (cost: number, { signal }: AbortController): Promise<void> => {
      await limiter.wait('ann', { cost, maxWaitMs: 3_600_000, signal })
      bucket.fill(clock.now())
      if (bucket.level < 100 * cost) early.push(100 * cost - bucket.level)
      bucket.add(-100 * cost)
    }
    for (const { kind, cost, which } of script) {
      if (kind === 'wait') {
        const caller = new AbortController()
        callers.push(caller)
        wait(Math.min(cost, burst), caller).catch((error: unknown) => assert.equal(error, caller.signal.reason))
      } else if (kind === 'leave') callers[which % Math.max(1, callers.length)]?.abort(new Error('gone'))
      else await clock.advance(which)
    }
    await clock.advance(100 * 4 * script.length)
    assert.deepEqual(early, [])
  })
  await fc.assert(property, { numRuns: 100 })
})
