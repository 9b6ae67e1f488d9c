import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { VirtualClock } from '@ashlar/kernel/testing'
import { tickMs } from '../internal/ticker.ts'
import { Bucket } from './bucket.test.support.ts'
import { RateLimitedError } from './errors.ts'
import { RateLimiter } from './rate-limiter.ts'

const tokenMs = 100

/** A token bucket with a line before it: the first goes when the bucket has what it takes, then the next. */
class Counter {
  readonly #brim: number
  #bucket: Bucket
  #line: { readonly caller: number; readonly costMs: number }[] = []
  #nowMs = 0

  constructor(brim: number) {
    this.#brim = brim
    this.#bucket = new Bucket(brim, 0)
  }

  get isBusy(): boolean {
    return this.#line.length > 0
  }

  /** @returns for how long a call of this cost would have to wait. */
  waitMs(costMs: number): number {
    const ahead = this.#line.reduce((sum, one) => sum + one.costMs, 0)
    return Math.max(0, ahead + costMs - this.#bucket.level)
  }

  spend(costMs: number): void {
    this.#bucket.add(-costMs)
  }

  join(caller: number, costMs: number): void {
    this.#line.push({ caller, costMs })
  }

  leave(caller: number): boolean {
    const before = this.#line.length
    this.#line = this.#line.filter((one) => one.caller !== caller)
    return this.#line.length < before
  }

  forget(): void {
    this.#bucket = new Bucket(this.#brim, this.#nowMs)
  }

  /** @returns who went until then, and when. */
  pass(untilMs: number, onEmpty: () => void): [number, number][] {
    const went: [number, number][] = []
    for (let [first] = this.#line; first !== undefined; [first] = this.#line) {
      const atMs = this.#nowMs + Math.max(0, first.costMs - this.#bucket.level)
      if (atMs > untilMs) break
      this.#moveTo(atMs)
      this.#bucket.add(-first.costMs)
      this.#line.shift()
      went.push([first.caller, atMs])
      if (!this.isBusy) onEmpty()
    }
    this.#moveTo(untilMs)
    return went
  }

  #moveTo(nowMs: number): void {
    this.#nowMs = nowMs
    this.#bucket.fill(nowMs)
  }
}

type Outcome = [caller: number, goneAtMs: number | string]
type Way = { readonly burst: number; readonly maxKeys: number }

/** The limiter and the model side by side. */
class Twins {
  readonly clock = new VirtualClock()
  readonly #limiter: RateLimiter
  readonly #maxKeys: number
  readonly #counters: Map<string, Counter>
  /** The only key that is kept, where it is only one. */
  #kept = ''
  readonly #callers: { readonly key: string; readonly controller: AbortController }[] = []
  /** Who went when, or why not. */
  #seen: Outcome[] = []
  #expected: Outcome[] = []

  constructor({ burst, maxKeys }: Way, keys: readonly string[]) {
    const { clock } = this
    this.#limiter = new RateLimiter({ name: 'p', limit: 1_000 / tokenMs, perMs: 1_000, burst, maxKeys, clock })
    this.#maxKeys = maxKeys
    this.#counters = new Map(keys.map((key) => [key, new Counter(burst * tokenMs)]))
  }

  take(key: string, cost: number): void {
    const waitMs = this.#counter(key).waitMs(cost * tokenMs)
    assert.equal(this.#limiter.take(key, cost), waitMs)
    if (waitMs > 0) return
    this.#counter(key).spend(cost * tokenMs)
    this.#keep(key)
  }

  wait(key: string, cost: number, maxWaitMs: number): void {
    const caller = this.#callers.length
    const controller = new AbortController()
    const { signal } = controller
    this.#callers.push({ key, controller })
    this.#limiter.wait(key, { cost, maxWaitMs, signal }).then(
      () => this.#seen.push([caller, this.clock.now()]),
      (error: unknown) => error !== signal.reason && this.#seen.push([caller, (error as Error).message]),
    )
    const counter = this.#counter(key)
    const waitMs = counter.waitMs(cost * tokenMs)
    if (waitMs > maxWaitMs) {
      this.#expected.push([caller, new RateLimitedError({ limiter: 'p', retryAfterMs: waitMs }).message])
      return
    }
    if (waitMs > 0 || counter.isBusy) counter.join(caller, cost * tokenMs)
    else {
      counter.spend(cost * tokenMs)
      this.#expected.push([caller, this.clock.now()])
    }
    this.#keep(key)
  }

  async leave(which: number): Promise<void> {
    const caller = which % Math.max(1, this.#callers.length)
    const one = this.#callers[caller]
    one?.controller.abort(new Error('gone'))
    if (one === undefined || !this.#counter(one.key).leave(caller)) return
    this.#keep(one.key)
    if (!this.#counter(one.key).isBusy) this.#emptied(one.key)
    await this.pass(0)
  }

  async pass(ms: number): Promise<void> {
    const untilMs = this.clock.now() + ms
    for (const [key, counter] of this.#counters) {
      this.#expected.push(...counter.pass(untilMs, () => this.#emptied(key)))
    }
    await this.clock.advance(ms)
    const inOrder = (outcomes: Outcome[]): Outcome[] => outcomes.toSorted(([a], [b]) => a - b)
    assert.deepEqual(inOrder(this.#seen), inOrder(this.#expected))
    this.#seen = []
    this.#expected = []
  }

  #counter(key: string): Counter {
    return this.#counters.get(key)!
  }

  /** Where only one key is kept, the other is forgotten, unless somebody waits for it. */
  #keep(key: string): void {
    const other = this.#kept
    this.#kept = key
    if (this.#maxKeys === 1 && other !== key && other !== '') this.#emptied(other)
  }

  #emptied(key: string): void {
    const isForgotten = this.#maxKeys === 1 && this.#kept !== key
    if (isForgotten && !this.#counter(key).isBusy) this.#counter(key).forget()
  }
}

const ways = fc.record({ burst: fc.constantFrom(1, 2, 4), maxKeys: fc.constantFrom(1, 10) })
const keys = ['ann', 'bob']
const step = fc.record({
  kind: fc.constantFrom('wait', 'wait', 'wait', 'leave', 'leave', 'take', 'pass', 'pass'),
  key: fc.constantFrom('ann', 'ann', 'bob'),
  cost: fc.constantFrom(0.5, 1, 2, 4),
  which: fc.nat(1_000),
})

test('each goes just when a token bucket has what it takes and nobody is before it, whoever leaves and comes meanwhile', async () => {
  const property = fc.asyncProperty(ways, fc.array(step, { minLength: 100, maxLength: 100 }), async (way, script) => {
    const twins = new Twins(way, keys)
    for (const { kind, key, cost, which } of script) {
      if (kind === 'take') twins.take(key, Math.min(cost, way.burst))
      else if (kind === 'wait') twins.wait(key, Math.min(cost, way.burst), which * 3)
      else if (kind === 'leave') await twins.leave(which)
      else await twins.pass((which % 40) * tickMs)
    }
    await twins.pass(100_000)
    assert.equal(twins.clock.armed, 0)
  })
  await fc.assert(property, { numRuns: 300 })
})
