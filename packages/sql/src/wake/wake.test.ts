import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import { sql } from '../index.ts'
import { testDatabase, type TestDatabase } from '../testing/index.ts'
import { openWake, wakeConnection, wakeListenerFailed, type Wake, type WakeUp } from './index.ts'

/** What a listener was called with, one call after another. */
class Calls {
  readonly #calls: WakeUp[] = []
  #arrived = Promise.withResolvers<void>()

  readonly listener = (call: WakeUp): void => {
    this.#calls.push(call)
    this.#arrived.resolve()
  }

  async next(): Promise<WakeUp> {
    while (this.#calls.length === 0) {
      await this.#arrived.promise
      this.#arrived = Promise.withResolvers()
    }
    return this.#calls.shift() as WakeUp
  }

  get waiting(): number {
    return this.#calls.length
  }
}

// Polls so rarely that nothing in these tests is found by polling.
async function open(t: TestContext): Promise<TestDatabase & { wake: Wake }> {
  const database = await testDatabase(t)
  const wake = openWake({ url: database.url, pollMs: 3_600_000 })
  t.after(() => wake[Symbol.asyncDispose]())
  return { ...database, wake }
}

test('a listener is called when it listens, and after each notification', async (t) => {
  const { db, wake } = await open(t)
  const calls = new Calls()
  using _ = wake.on('order placed', calls.listener)
  assert.deepEqual(await calls.next(), { reason: 'connect', payloads: [] })
  await wake.notify(db, 'order placed')
  assert.deepEqual(await calls.next(), { reason: 'notify', payloads: [] })
  await wake.notify(db, 'order placed', '17')
  assert.deepEqual(await calls.next(), { reason: 'notify', payloads: ['17'] })
})

test('a notification in a transaction arrives when it commits, and never when it does not', async (t) => {
  const { db, wake } = await open(t)
  const calls = new Calls()
  using _ = wake.on('orders', calls.listener)
  await calls.next()
  await assert.rejects(
    db.transaction(async (tx) => {
      await wake.notify(tx, 'orders', 'undone')
      throw new Error('no')
    }),
  )
  await db.transaction(async (tx) => {
    await wake.notify(tx, 'orders', 'kept')
    await wake.notify(db, 'orders', 'before')
    assert.deepEqual((await calls.next()).payloads, ['before'])
  })
  assert.deepEqual((await calls.next()).payloads, ['kept'])
})

test('many notifications make one call, and those that come while it runs make one more', async (t) => {
  const { db, wake } = await open(t)
  const calls: WakeUp[] = []
  const connected = Promise.withResolvers<void>()
  const started = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  using _ = wake.on('orders', async (call) => {
    if (call.reason === 'connect') return connected.resolve()
    calls.push(call)
    if (calls.length > 1) return ended.resolve()
    started.resolve()
    await held.promise
  })
  await connected.promise
  await wake.notify(db, 'orders', 'first')
  await started.promise
  for (const payload of ['a', 'b', 'b']) await wake.notify(db, 'orders', payload)
  await db.transaction(async (tx) => {
    for (let index = 0; index < 150; index++) await wake.notify(tx, 'orders', `${index}`)
  })
  // Notifications come in order: with this one, those before it have come.
  const other = new Calls()
  const listening = wake.on('other', other.listener)
  t.after(() => listening[Symbol.dispose]())
  await other.next()
  held.resolve()
  await ended.promise
  assert.deepEqual(
    calls.map(({ payloads }) => payloads.slice(0, 3)),
    [['first'], ['a', 'b', '0']],
  )
  assert.equal(calls[1]?.payloads.length, 100)
})

test('a process listens on one connection, whatever the number of listeners', async (t) => {
  const { db, wake } = await open(t)
  const both = [new Calls(), new Calls(), new Calls()]
  const one = wake.on('orders', both[0]?.listener as Calls['listener'])
  t.after(() => one[Symbol.dispose]())
  using two = wake.on('orders', both[1]?.listener as Calls['listener'])
  const three = wake.on('payments', both[2]?.listener as Calls['listener'])
  t.after(() => three[Symbol.dispose]())
  for (const calls of both) await calls.next()
  const sessions = sql<{ count: number }>`
    select count(*) from pg_stat_activity where application_name = 'ashlar wake' and datname = current_database()`
  assert.equal((await db.one(sessions)).count, 1)
  two[Symbol.dispose]()
  await wake.notify(db, 'orders')
  await both[0]?.next()
  assert.deepEqual([both[1]?.waiting, both[2]?.waiting], [0, 0])
})

test('a lost connection is made anew, and every listener looks for what it has missed', async (t) => {
  const { db, wake } = await open(t)
  const states: string[] = []
  const watching = wakeConnection.subscribe(({ state }) => states.push(state))
  t.after(() => watching[Symbol.dispose]())
  const calls = new Calls()
  using _ = wake.on('orders', calls.listener)
  await calls.next()
  await db.run(sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'ashlar wake' and datname = current_database()`)
  assert.equal((await calls.next()).reason, 'connect')
  await wake.notify(db, 'orders', 'again')
  assert.deepEqual((await calls.next()).payloads, ['again'])
  assert.deepEqual(states, ['connected', 'lost', 'connected'])
})

test('a channel or a payload that PostgreSQL would refuse is refused here, and a statement is not wasted on it', async (t) => {
  const { db, wake } = await open(t)
  assert.throws(() => wake.on('', () => undefined), /RangeError: wake: a name has 1 to 63 bytes/)
  await assert.rejects(wake.notify(db, 'x'.repeat(64)), RangeError)
  await assert.rejects(wake.notify(db, 'orders', 'é'.repeat(4_000)), /RangeError: .*7999 bytes at most, got 8000/)
  await wake.notify(db, 'orders', 'x'.repeat(7_999))
})

test('a listener that throws is reported and called again', async (t) => {
  const { db, wake } = await open(t)
  const failures: unknown[] = []
  const watching = wakeListenerFailed.subscribe((event) => failures.push(event))
  t.after(() => watching[Symbol.dispose]())
  const calls = new Calls()
  const failure = new Error('broken')
  using _ = wake.on('orders', async (call) => {
    calls.listener(call)
    if (call.reason === 'connect') throw failure
  })
  await calls.next()
  await wake.notify(db, 'orders')
  await calls.next()
  assert.deepEqual(failures, [{ channel: 'orders', error: failure }])
})

test('while the server is away, listeners are polled; closed, no more', async () => {
  const clock = new VirtualClock()
  let calls = 0
  const wake = openWake({
    url: 'postgres://a:b@127.0.0.1:1/x',
    pollMs: 1_000,
    clock,
    random: { next: () => 0.5, fill: (target) => target },
  })
  const listening = wake.on('orders', ({ reason }) => {
    assert.equal(reason, 'poll')
    calls++
  })
  await clock.advance(999)
  assert.equal(calls, 0)
  await clock.advance(4_001)
  assert.equal(calls, 5)
  listening[Symbol.dispose]()
  await clock.advance(5_000)
  assert.equal(calls, 5)
  await wake[Symbol.asyncDispose]()
  assert.equal(clock.armed, 0)
  assert.throws(() => wake.on('orders', () => undefined), TypeError)
})

test('drain waits for the listeners that run, and calls no more', async (t) => {
  const { wake } = await open(t)
  const started = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  let ended = false
  wake.on('orders', async () => {
    started.resolve()
    await held.promise
    ended = true
  })
  await started.promise
  const drained = wake.drain?.(new AbortController().signal)
  held.resolve()
  await drained
  assert.equal(ended, true)
})
