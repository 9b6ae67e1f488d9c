import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import { relayStalled } from './index.ts'
import type { Backlog, Found, RelaySource, StoredMessage, Turn } from './relay-source.ts'
import { Relay } from './relay.ts'

/** A store of a message of each of these keys, whose turns end, and which fails, when the test says. */
class Store implements RelaySource {
  readonly outbox = 'test'
  readonly settled: number[][] = []
  failure: Error | undefined
  lease = new AbortController()
  found = 0
  #left: StoredMessage[]

  constructor(...keys: readonly string[]) {
    this.#left = keys.map((key, index) => ({
      position: index + 1,
      attempts: 0,
      message: { id: `${index + 1}`, key, type: 'test.happened', payload: null, headers: {}, createdAtMs: 0 },
    }))
  }

  async turn(): Promise<Turn> {
    if (this.lease.signal.aborted) this.lease = new AbortController()
    return {
      signal: this.lease.signal,
      next: async (limit, except): Promise<Found> => {
        const messages = this.#left.filter(({ message }) => !except.includes(message.key)).slice(0, limit)
        this.found += messages.length
        return { messages }
      },
      settle: async (delivered) => {
        if (this.failure !== undefined) throw this.failure
        this.settled.push([...delivered])
        this.#left = this.#left.filter(({ position }) => !delivered.includes(position))
      },
    }
  }

  subscribe(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }

  async backlog(): Promise<Backlog> {
    return { messages: this.#left.length, oldestAgeMs: undefined }
  }

  async close(): Promise<void> {
    this.lease.abort()
  }
}

const random = { next: () => 0.5, fill: (target: Uint8Array) => target }

test('what was delivered while the store could not record it is recorded when it can, and not delivered again', async () => {
  const clock = new VirtualClock()
  const store = new Store('a', 'a', 'a')
  const stalls: unknown[] = []
  using _ = relayStalled.subscribe((event) => stalls.push(event))
  const delivered: string[] = []
  const failure = new Error('the database is away')
  store.failure = failure
  await using relay = new Relay(store, async ({ id }) => void delivered.push(id), {}, { clock, random })
  await clock.advance(75 + 150)
  assert.deepEqual(delivered, ['1', '2', '3'])
  assert.deepEqual(stalls, [
    { outbox: 'test', delayMs: 75, error: failure },
    { outbox: 'test', delayMs: 150, error: failure },
    { outbox: 'test', delayMs: 300, error: failure },
  ])
  store.failure = undefined
  await clock.advance(300)
  assert.deepEqual(delivered, ['1', '2', '3'])
  assert.deepEqual(store.settled, [[1, 2, 3]])
  await relay.drain(new AbortController().signal)
  assert.equal(clock.armed, 0)
})

test('what did not fit into one fetch is fetched when there is room, without anybody’s telling', async () => {
  const clock = new VirtualClock()
  const store = new Store('a', 'b', 'a', 'a')
  const delivered: string[] = []
  await using _ = new Relay(store, async ({ id }) => void delivered.push(id), { batchItems: 1 }, { clock, random })
  await clock.advance(0)
  assert.deepEqual(new Set(delivered), new Set(['1', '2', '3', '4']))
})

test('no more is fetched than can be worked on', async () => {
  const clock = new VirtualClock()
  const store = new Store('a', 'b', 'c', 'd', 'e')
  const held = Promise.withResolvers<void>()
  await using _ = new Relay(store, () => held.promise, { batchItems: 1, concurrency: 2 }, { clock, random })
  await clock.advance(0)
  assert.equal(store.found, 2)
  held.resolve()
  await clock.advance(0)
  assert.equal(store.found, 5)
})

test('a relay that drains begins nothing new, not even what it has fetched, and records what it finishes', async () => {
  const clock = new VirtualClock()
  const store = new Store('a', 'a', 'b')
  const held = Promise.withResolvers<void>()
  const begun: string[] = []
  const handler = ({ id }: { id: string }): Promise<void> => (begun.push(id), held.promise)
  await using relay = new Relay(store, handler, { concurrency: 1 }, { clock, random })
  await clock.advance(0)
  const drained = relay.drain(new AbortController().signal)
  held.resolve()
  await drained
  assert.deepEqual(begun, ['1'])
  assert.deepEqual(store.settled, [[1]])
})

test('when the turn is lost, handlers are told to stop, nothing more is recorded, and the next turn begins anew', async () => {
  const clock = new VirtualClock()
  const store = new Store('a', 'a', 'a')
  const delivered: string[] = []
  const reasons: unknown[] = []
  const taken = new Error('somebody else relays')
  await using _ = new Relay(
    store,
    async ({ id }, { signal }) => {
      delivered.push(id)
      if (id !== '2' || delivered.length > 2) return
      store.lease.abort(taken)
      reasons.push(signal.reason)
      // As if it had not noticed.
      await new Promise(() => undefined)
    },
    {},
    { clock, random },
  )
  await clock.advance(0)
  assert.deepEqual(reasons, [taken])
  assert.deepEqual(delivered, ['1', '2', '1', '2', '3'])
  assert.deepEqual(store.settled.flat(), [1, 2, 3])
})

test('bounds that make no sense are refused', () => {
  const relay = (options: object): Relay =>
    new Relay(new Store(), async () => undefined, options, { clock: new VirtualClock(), random })
  assert.throws(() => relay({ concurrency: 0 }), /RangeError: relay: concurrency must be 1 or more, got 0/)
  assert.throws(() => relay({ timeoutMs: Infinity }), /RangeError: relay: timeoutMs must be positive and finite/)
})
