import assert from 'node:assert/strict'
import { test } from 'node:test'
import { currentCall } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { createMemoryOutbox, memoryTransaction } from '../memory/index.ts'
import { BacklogWatch } from './backlog-watch.ts'
import { outboxBacklog, type OutboxBacklog } from './index.ts'
import type { Backlog } from './relay-source.ts'

/** A store that says what the test says, and how often it was asked. */
function storeOf(answer: () => Promise<Backlog>): { outbox: string; backlog: () => Promise<Backlog>; asked: number } {
  const store = { outbox: 'mail', asked: 0, backlog: (): Promise<Backlog> => ((store.asked += 1), answer()) }
  return store
}

/** What is told while the test runs, as `messages/ageMs`. */
function listening(): { told: string[] } & Disposable {
  const told: string[] = []
  const subscription = outboxBacklog.subscribe(({ outbox, messages, oldestAgeMs }: OutboxBacklog) => {
    if (outbox === 'mail') told.push(`${messages}/${oldestAgeMs}`)
  })
  return { told, [Symbol.dispose]: () => subscription[Symbol.dispose]() }
}

test('what waits is told every ten seconds; with nothing waiting, the lag is 0', async () => {
  const clock = new VirtualClock()
  let backlog: Backlog = { messages: 3, oldestAgeMs: 1_500 }
  using listened = listening()
  const watch = new BacklogWatch(
    storeOf(async () => backlog),
    clock,
  )
  await clock.advance(9_999)
  assert.deepEqual(listened.told, [])
  await clock.advance(1)
  backlog = { messages: 0, oldestAgeMs: undefined }
  await clock.advance(10_000)
  assert.deepEqual(listened.told, ['3/1500', '0/0'])
  watch[Symbol.dispose]()
  await clock.advance(60_000)
  assert.deepEqual([listened.told.length, clock.armed], [2, 0])
})

test('while the store fails, the lag grows all the same; once it answers, that counts', async () => {
  const clock = new VirtualClock()
  let answer = async (): Promise<Backlog> => ({ messages: 3, oldestAgeMs: 1_500 })
  using listened = listening()
  using _ = new BacklogWatch(
    storeOf(() => answer()),
    clock,
  )
  await clock.advance(10_000)
  answer = async () => {
    throw new Error('the database is away')
  }
  await clock.advance(20_000)
  answer = async () => ({ messages: 2, oldestAgeMs: 500 })
  await clock.advance(10_000)
  assert.deepEqual(listened.told, ['3/1500', '3/11500', '3/21500', '2/500'])
})

test('a store that does not answer is told to stop after five seconds, and what it said last has grown older', async () => {
  const clock = new VirtualClock()
  const signals: (AbortSignal | undefined)[] = []
  let hangs = false
  const store = storeOf(async () => {
    signals.push(currentCall()?.signal)
    return hangs ? new Promise(() => {}) : { messages: 1, oldestAgeMs: 0 }
  })
  using listened = listening()
  using _ = new BacklogWatch(store, clock)
  await clock.advance(10_000)
  hangs = true
  await clock.advance(14_999)
  assert.equal(signals[1]?.aborted, false)
  await clock.advance(1)
  assert.equal(signals[1]?.aborted, true)
  await clock.advance(10_000)
  assert.deepEqual(listened.told, ['1/0', '1/15000', '1/25000'])
})

test('a store that nobody wants to hear of is not asked', async () => {
  const clock = new VirtualClock()
  const store = storeOf(async () => ({ messages: 1, oldestAgeMs: 0 }))
  using _ = new BacklogWatch(store, clock)
  await clock.advance(60_000)
  assert.equal(store.asked, 0)
})

test('a handler that never ends lets the lag grow, though nothing is delivered; a relay that closes tells nothing more', async () => {
  const clock = new VirtualClock()
  const outbox = createMemoryOutbox({ name: 'mail', clock })
  using listened = listening()
  const relay = outbox.relay(() => new Promise(() => {}), { timeoutMs: 3_600_000 })
  await memoryTransaction((tx) =>
    outbox.put(
      tx,
      ['a', 'b', 'a'].map((key) => ({ key, type: 'test.happened', payload: null })),
    ),
  )
  await clock.advance(30_000)
  assert.deepEqual(listened.told, ['3/10000', '3/20000', '3/30000'])
  await relay[Symbol.asyncDispose]()
  await clock.advance(30_000)
  assert.equal(listened.told.length, 3)
})
