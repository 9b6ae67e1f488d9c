import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { currentCall, runCall, type TraceContext } from '@ashlar/kernel'
import {
  deliveryAttempted,
  deliveryFailed,
  messageDelivered,
  type DeliveryAttempted,
  type MessageHandler,
  type NewMessage,
  type Outbox,
} from './index.ts'

/** One implementation, with what the contract needs to know of its store. */
export interface OutboxHarness<Tx> {
  readonly outbox: Outbox<Tx>
  readonly transaction: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>
}

function message(key: string, id: string): NewMessage {
  return { key, id, type: 'test.happened', payload: { about: id }, headers: { from: 'test' } }
}

/** A handler that notes what it was given, and whoever waits for so many of them. */
class Inbox {
  readonly ids: string[] = []
  #changed = Promise.withResolvers<void>()

  readonly take: MessageHandler = async ({ id }) => {
    this.ids.push(id)
    this.#changed.resolve()
  }

  async reaches(count: number): Promise<string[]> {
    while (this.ids.length < count) {
      await this.#changed.promise
      this.#changed = Promise.withResolvers()
    }
    return this.ids
  }
}

const quickly = { baseDelayMs: 1, maxDelayMs: 2 }

/** The promises that every implementation keeps. */
export function outboxContract<Tx>(name: string, open: (t: TestContext) => Promise<OutboxHarness<Tx>>): void {
  test(`${name}: what a transaction put is delivered when it commits, in order, whole; else never`, async (t) => {
    const { outbox, transaction } = await open(t)
    const inbox = new Inbox()
    let first: unknown
    await using _ = outbox.relay(async (received, delivery) => {
      first ??= received
      await inbox.take(received, delivery)
    })
    const failed = transaction(async (tx) => {
      await outbox.put(tx, [message('a', 'undone')])
      throw new Error('no')
    })
    await assert.rejects(failed, /no/)
    await transaction(async (tx) => {
      await outbox.put(tx, [message('a', '1'), message('a', '2')])
      await outbox.put(tx, [message('a', '3')])
      await outbox.put(tx, [])
    })
    assert.deepEqual(await inbox.reaches(3), ['1', '2', '3'])
    const { createdAtMs, ...rest } = first as { createdAtMs: number }
    assert.ok(createdAtMs > 0)
    assert.deepEqual(rest, message('a', '1'))
  })

  test(`${name}: messages of one key go in the order of commits, though the transactions overlap`, async (t) => {
    const { outbox, transaction } = await open(t)
    const inbox = new Inbox()
    await using _ = outbox.relay(inbox.take, { batchItems: 3 })
    const commits: string[] = []
    const place = (id: string): Promise<unknown> =>
      transaction(async (tx) => {
        await outbox.put(tx, [message('a', id)])
        // Nobody else has got this far, and not committed.
        commits.push(id)
      })
    await Promise.all([...Array(20).keys()].map((index) => place(`${index}`)))
    assert.deepEqual(await inbox.reaches(20), commits)
  })

  test(`${name}: one that fails is tried again, and holds back its own key and no other`, async (t) => {
    const { outbox, transaction } = await open(t)
    const inbox = new Inbox()
    const attempts: number[] = []
    const failures: unknown[] = []
    const delivered: string[] = []
    const failing = deliveryFailed.subscribe(({ id, attempt, parked }) => failures.push({ id, attempt, parked }))
    t.after(() => failing[Symbol.dispose]())
    const delivering = messageDelivered.subscribe(({ id, attempt }) => delivered.push(`${id}:${attempt}`))
    t.after(() => delivering[Symbol.dispose]())
    const relay = outbox.relay(async (received, delivery) => {
      if (received.id === 'a1') attempts.push(delivery.attempt)
      if (received.id === 'a1' && delivery.attempt < 3) throw new Error('not yet')
      await inbox.take(received, delivery)
    }, quickly)
    await transaction((tx) => outbox.put(tx, [message('a', 'a1'), message('a', 'a2'), message('b', 'b1')]))
    assert.deepEqual(await inbox.reaches(3), ['b1', 'a1', 'a2'])
    assert.deepEqual(attempts, [1, 2, 3])
    await relay.drain?.(new AbortController().signal)
    await relay[Symbol.asyncDispose]()
    assert.deepEqual(failures, [
      { id: 'a1', attempt: 1, parked: false },
      { id: 'a1', attempt: 2, parked: false },
    ])
    assert.deepEqual(delivered.toSorted(), ['a1:3', 'a2:1', 'b1:1'])
  })

  test(`${name}: after its last attempt a message is parked, until a person redrives or discards it`, async (t) => {
    const { outbox, transaction } = await open(t)
    const inbox = new Inbox()
    let broken = true
    const parked = Promise.withResolvers<void>()
    let count = 0
    const failing = deliveryFailed.subscribe((event) => {
      if (event.parked && ++count === 2) parked.resolve()
    })
    t.after(() => failing[Symbol.dispose]())
    const relay = outbox.relay(
      async (received, delivery) => {
        if (broken && received.id.endsWith('1')) throw new Error(`no ${received.id}`)
        await inbox.take(received, delivery)
      },
      { ...quickly, maxAttempts: 2 },
    )
    await transaction((tx) =>
      outbox.put(tx, [message('a', 'a1'), message('a', 'a2'), message('b', 'b1'), message('b', 'b2')]),
    )
    await parked.promise
    await transaction((tx) => outbox.put(tx, [message('c', 'c2')]))
    assert.deepEqual(await inbox.reaches(1), ['c2'])
    const found = await outbox.parked()
    assert.deepEqual(
      found.map(({ id, attempts, error }) => ({ id, attempts, error })),
      [
        { id: 'a1', attempts: 2, error: 'Error: no a1' },
        { id: 'b1', attempts: 2, error: 'Error: no b1' },
      ],
    )
    broken = false
    assert.equal(await outbox.redrive('a1'), true)
    assert.deepEqual(await inbox.reaches(3), ['c2', 'a1', 'a2'])
    assert.equal(await outbox.discard('b1'), true)
    assert.deepEqual(await inbox.reaches(4), ['c2', 'a1', 'a2', 'b2'])
    assert.deepEqual([await outbox.discard('b1'), await outbox.redrive('nobody')], [false, false])
    assert.deepEqual(await outbox.parked(), [])
    await relay[Symbol.asyncDispose]()
  })

  test(`${name}: so many keys are worked on at a time, and of each key one message`, async (t) => {
    const { outbox, transaction } = await open(t)
    const inbox = new Inbox()
    const busy = new Set<string>()
    let most = 0
    const full = Promise.withResolvers<void>()
    await using _ = outbox.relay(
      async (received, delivery) => {
        assert.ok(!busy.has(received.key))
        busy.add(received.key)
        most = Math.max(most, busy.size)
        if (busy.size === 3) full.resolve()
        await full.promise
        busy.delete(received.key)
        await inbox.take(received, delivery)
      },
      { concurrency: 3 },
    )
    const all = [...Array(15).keys()].map((index) => message(`${index % 5}`, `${index}`))
    await transaction((tx) => outbox.put(tx, all))
    assert.equal((await inbox.reaches(15)).length, 15)
    assert.equal(most, 3)
  })

  test(`${name}: a handler that is slow holds up its own key, and nothing that is put later under others`, async (t) => {
    const { outbox, transaction } = await open(t)
    const inbox = new Inbox()
    const slow = Promise.withResolvers<void>()
    await using _ = outbox.relay(
      async (received, delivery) => {
        if (received.id === 'a1') await slow.promise
        await inbox.take(received, delivery)
      },
      { concurrency: 2, batchItems: 2 },
    )
    await transaction((tx) => outbox.put(tx, [message('a', 'a1'), message('a', 'a2')]))
    for (const id of ['b1', 'b2', 'c1', 'b3']) {
      await transaction((tx) => outbox.put(tx, [message(id.slice(0, 1), id)]))
      assert.equal((await inbox.reaches(inbox.ids.length + 1)).at(-1), id)
    }
    await transaction((tx) => outbox.put(tx, [message('a', 'a3')]))
    slow.resolve()
    assert.deepEqual((await inbox.reaches(7)).slice(4), ['a1', 'a2', 'a3'])
  })

  test(`${name}: what a handler throws is recorded, however long and whatever is in it`, async (t) => {
    const { outbox, transaction } = await open(t)
    const parked = Promise.withResolvers<void>()
    const failing = deliveryFailed.subscribe(() => parked.resolve())
    t.after(() => failing[Symbol.dispose]())
    const relay = outbox.relay(() => Promise.reject(new Error(`\0\ud800${'x'.repeat(100_000)}`)), { maxAttempts: 1 })
    await transaction((tx) => outbox.put(tx, [message('a', 'a1')]))
    await parked.promise
    await relay.drain?.(new AbortController().signal)
    await relay[Symbol.asyncDispose]()
    const [found] = await outbox.parked()
    assert.match(found?.error ?? '', /^Error: \ufffd?\ud800?x{1900,1999}$/)
  })

  test(`${name}: a handler works within the trace of the call that put the message`, async (t) => {
    const { outbox, transaction } = await open(t)
    const seen: Record<string, { header: string | undefined; trace: TraceContext | undefined }> = {}
    const inbox = new Inbox()
    await using _ = outbox.relay(async (received, delivery) => {
      seen[received.id] = { header: received.headers['traceparent'], trace: currentCall()?.trace }
      await inbox.take(received, delivery)
    })
    const trace = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), sampled: false, state: 'rojo=1' }
    const own = '00-'.concat('12'.repeat(16), '-', '34'.repeat(8), '-01')
    await runCall({ trace }, () =>
      transaction((tx) =>
        outbox.put(tx, [message('a', 'within'), { ...message('a', 'own'), headers: { traceparent: own } }]),
      ),
    )
    await transaction((tx) => outbox.put(tx, [message('a', 'without')]))
    await inbox.reaches(3)
    assert.equal(seen['within']?.header, `00-${trace.traceId}-${trace.spanId}-00`)
    assert.deepEqual([seen['within']?.trace?.traceId, seen['within']?.trace?.sampled], [trace.traceId, false])
    assert.notEqual(seen['within']?.trace?.spanId, trace.spanId)
    assert.deepEqual([seen['own']?.trace?.traceId, seen['own']?.trace?.state], ['12'.repeat(16), undefined])
    assert.equal(seen['without']?.header, undefined)
  })

  test(`${name}: what a handler does is a span within that of what put the message, whatever comes of it`, async (t) => {
    const { outbox, transaction } = await open(t)
    const attempts: DeliveryAttempted[] = []
    const worked: (TraceContext | undefined)[] = []
    const [two, three] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const listening = deliveryAttempted.subscribe((one) => {
      attempts.push(one)
      if (attempts.length === 2) two.resolve()
      if (attempts.length === 3) three.resolve()
    })
    t.after(() => listening[Symbol.dispose]())
    await using _ = outbox.relay(
      async () => {
        worked.push(currentCall()?.trace)
        if (worked.length === 1) throw new RangeError('not yet')
      },
      { baseDelayMs: 1 },
    )
    const trace: TraceContext = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), sampled: false, state: 'rojo=1' }
    await runCall({ trace }, () => transaction((tx) => outbox.put(tx, [message('a', 'a1')])))
    await two.promise
    await transaction((tx) => outbox.put(tx, [message('b', 'without')]))
    await three.promise
    assert.deepEqual(
      attempts.map((one) => [one.id, one.attempt, one.parentSpanId, one.trace.state, one.error instanceof RangeError]),
      [
        ['a1', 1, trace.spanId, 'rojo=1', true],
        ['a1', 2, trace.spanId, 'rojo=1', false],
        ['without', 1, undefined, undefined, false],
      ],
    )
    assert.deepEqual(
      attempts.map((one) => [one.trace.spanId, one.trace.root]),
      worked.map((own) => [own?.spanId, own?.spanId]),
    )
    assert.equal(attempts[0]?.trace.traceId, trace.traceId)
  })

  test(`${name}: more messages than the server can order at a time are refused`, async (t) => {
    const { outbox, transaction } = await open(t)
    const many = Array.from({ length: 1_001 }, (_, index) => message('a', `${index}`))
    await assert.rejects(
      transaction((tx) => outbox.put(tx, many)),
      /RangeError: outbox: 1000 messages can be put at a time, got 1001/,
    )
  })

  test(`${name}: a handler that takes too long is told to stop, and that was an attempt`, async (t) => {
    const { outbox, transaction } = await open(t)
    const inbox = new Inbox()
    let aborted = false
    await using _ = outbox.relay(
      async (received, delivery) => {
        if (delivery.attempt === 1) {
          await new Promise<void>((resolve) => {
            delivery.signal.addEventListener('abort', () => resolve())
          })
          aborted = true
        }
        await inbox.take(received, delivery)
      },
      { ...quickly, timeoutMs: 10, maxAttempts: 2 },
    )
    await transaction((tx) => outbox.put(tx, [message('a', 'a1')]))
    await inbox.reaches(2)
    assert.ok(aborted)
  })

  test(`${name}: one relay works at a time; when it closes, what is under way is kept, and the other goes on`, async (t) => {
    const { outbox, transaction } = await open(t)
    const inboxes = [new Inbox(), new Inbox()] as const
    const held = Promise.withResolvers<void>()
    const first = outbox.relay(async (received, delivery) => {
      await inboxes[0].take(received, delivery)
      await held.promise
    })
    await transaction((tx) => outbox.put(tx, [message('a', 'a1')]))
    await inboxes[0].reaches(1)
    await using _ = outbox.relay(inboxes[1].take)
    const drained = first.drain?.(new AbortController().signal)
    held.resolve()
    await drained
    await transaction((tx) => outbox.put(tx, [message('a', 'a2')]))
    await first[Symbol.asyncDispose]()
    assert.deepEqual(await inboxes[1].reaches(1), ['a2'])
    assert.deepEqual(inboxes[0].ids, ['a1'])
  })
}
