import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { sleep } from '@ashlar/kernel'
import { seededRandom, VirtualClock } from '@ashlar/kernel/testing'
import type { Backlog, FailedDelivery, Found, RelaySource, StoredMessage, Turn } from './relay-source.ts'
import { Relay } from './relay.ts'

interface Entry extends StoredMessage {
  attempts: number
  dueMs: number
}

/** Keeps messages as the contract says, but fails, forgets to answer, and takes the turn away, by chance. */
class ShakyStore implements RelaySource {
  readonly outbox = 'test'
  readonly #clock: VirtualClock
  readonly #chance: (probability: number) => boolean
  #lease = new AbortController()
  #look: () => void = () => undefined
  entries: Entry[]
  calm = false

  constructor(keys: readonly string[], clock: VirtualClock, chance: (probability: number) => boolean) {
    this.#clock = clock
    this.#chance = chance
    this.entries = keys.map((key, index) => ({
      position: index + 1,
      attempts: 0,
      dueMs: 0,
      message: { id: `${index + 1}`, key, type: 'test.happened', payload: null, headers: {}, createdAtMs: 0 },
    }))
  }

  async turn(): Promise<Turn> {
    this.#shake()
    this.#lease.abort()
    const lease = new AbortController()
    this.#lease = lease
    return {
      signal: lease.signal,
      next: async (limit, except) => {
        this.#shake()
        return this.#next(limit, except)
      },
      settle: async (delivered, failed) => {
        await sleep(this.#clock, 5)
        if (!this.calm && this.#chance(0.05)) lease.abort(new Error('somebody else relays'))
        if (lease.signal.aborted) throw new Error('fenced')
        this.#shake()
        this.#settle(delivered, failed)
        // Done, and the answer lost.
        this.#shake()
      },
    }
  }

  #next(limit: number, except: readonly string[]): Found {
    const nowMs = this.#clock.now()
    const later = this.entries.filter(({ dueMs }) => dueMs > nowMs)
    const held = new Set([...except, ...later.map(({ message }) => message.key)])
    const messages = this.entries.filter(({ message }) => !held.has(message.key)).slice(0, limit)
    const dueMs = Math.min(...later.map((entry) => entry.dueMs))
    return {
      messages: messages.map((entry) => ({ ...entry })),
      dueInMs: messages.length === 0 && dueMs < Infinity ? dueMs - nowMs : undefined,
    }
  }

  #settle(delivered: readonly number[], failed: readonly FailedDelivery[]): void {
    this.entries = this.entries.filter(({ position }) => !delivered.includes(position))
    for (const { position, attempt, delayMs } of failed) {
      const entry = this.entries.find((one) => one.position === position)
      assert.ok(entry, 'what failed has not been delivered')
      Object.assign(entry, { attempts: attempt, dueMs: this.#clock.now() + delayMs })
    }
  }

  #shake(): void {
    if (!this.calm && this.#chance(0.1)) throw new Error('the database is away')
  }

  subscribe(look: () => void): Disposable {
    this.#look = look
    return { [Symbol.dispose]: () => undefined }
  }

  look(): void {
    this.#look()
  }

  async backlog(): Promise<Backlog> {
    this.#shake()
    return { messages: this.entries.length, oldestAgeMs: undefined }
  }

  async close(): Promise<void> {
    this.#lease.abort()
  }
}

const plan = fc.record({
  seed: fc.integer(),
  keys: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 40 }),
  batchItems: fc.integer({ min: 1, max: 12 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
})

test('whatever fails and whenever, each message is delivered, those of a key one by one and in order', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ seed, keys, batchItems, concurrency }) => {
      const clock = new VirtualClock()
      const random = seededRandom(seed)
      const chance = (probability: number): boolean => random.next() < probability
      const store = new ShakyStore(keys, clock, chance)
      const busy = new Map<string, AbortSignal>()
      const firsts: string[] = []
      const violations: string[] = []
      const relay = new Relay(
        store,
        async ({ id, key }, { signal }) => {
          if (busy.get(key)?.aborted === false) violations.push(`two handlers work on ${key}`)
          busy.set(key, signal)
          const working = [...busy.values()].filter(({ aborted }) => !aborted).length
          if (working > concurrency) violations.push(`${working} keys are worked on`)
          await sleep(clock, random.next() * 30)
          if (signal.aborted) return
          busy.delete(key)
          if (chance(0.2)) throw new Error('not now')
          if (!firsts.includes(id)) firsts.push(id)
        },
        { batchItems, concurrency, maxAttempts: 1_000, baseDelayMs: 10, maxDelayMs: 200 },
        { clock, random },
      )
      for (let round = 0; round < 200 && store.entries.length > 0; round++) {
        store.calm = round > 100
        await clock.advance(100)
        // As wake does when it polls.
        store.look()
      }
      assert.deepEqual(violations, [])
      assert.deepEqual(store.entries, [], 'all is recorded in the end')
      for (const key of new Set(keys)) {
        const ofKey = keys.flatMap((one, index) => (one === key ? [`${index + 1}`] : []))
        assert.deepEqual(
          firsts.filter((id) => ofKey.includes(id)),
          ofKey,
        )
      }
      const closed = relay[Symbol.asyncDispose]()
      await clock.advance(1_000)
      await closed
      assert.equal(clock.armed, 0)
    }),
    { numRuns: 100 },
  )
})
