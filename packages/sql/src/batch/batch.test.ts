import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CancelledError, currentCall, runCall } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { CheckViolationError, QueryError, UnavailableError } from '../index.ts'
import { rejectsWith } from '../rejects.test.support.ts'
import { batchFlushed, createBatch, type Batch, type BatchOptions } from './index.ts'

/** A batch whose flushes wait to be let go on, and what they were given. */
function heldBatch(options: Partial<BatchOptions<number, number>> = {}): {
  batch: Batch<number, number>
  flushes: number[][]
  readonly release: () => Promise<void>
  clock: VirtualClock
} {
  const clock = new VirtualClock()
  const flushes: number[][] = []
  let held = Promise.withResolvers<void>()
  const batch = createBatch<number, number>({
    name: 'numbers',
    clock,
    async flush(items) {
      flushes.push([...items])
      await held.promise
      return items.map((item) => (item < 0 ? new Error(`no ${item}`) : item * 10))
    },
    ...options,
  })
  const release = async (): Promise<void> => {
    await clock.advance(0)
    held.resolve()
    held = Promise.withResolvers()
    await clock.advance(0)
  }
  return { batch, flushes, release, clock }
}

test('what arrives during a flush goes together in the next, in order, and each gets its own result', async () => {
  const { batch, flushes, release, clock } = heldBatch()
  const first = batch.add(1)
  await clock.advance(0)
  const rest = [batch.add(2), batch.add(3), batch.add(4)]
  await release()
  assert.equal(await first, 10)
  await release()
  assert.deepEqual(await Promise.all(rest), [20, 30, 40])
  assert.deepEqual(flushes, [[1], [2, 3, 4]])
})

test('one that fails leaves its neighbours alone; a flush that fails fails all of its own and none of the next', async () => {
  const { batch, release } = heldBatch()
  const mixed = [batch.add(1), batch.add(-2), batch.add(3)]
  mixed[1]?.catch(() => undefined)
  await release()
  assert.equal(await mixed[0], 10)
  await assert.rejects(mixed[1] as Promise<number>, /no -2/)
  assert.equal(await mixed[2], 30)

  let broken = true
  const failing = createBatch<number, number>({
    name: 'failing',
    flush: async (items) => {
      if (broken) throw new Error('disk')
      return items
    },
  })
  const outcomes = await Promise.allSettled([failing.add(1), failing.add(2)])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  broken = false
  assert.equal(await failing.add(3), 3)
})

test('an item that the database refuses fails alone, in few flushes; the others are written in their order', async () => {
  const written: number[] = []
  let flushes = 0
  const batch = createBatch<number, number>({
    name: 'refusing',
    async flush(items) {
      flushes++
      if (items.includes(13)) throw new CheckViolationError('item_check')
      if (items.includes(40)) throw new QueryError('22003', 'out of range')
      written.push(...items)
      return items
    },
  })
  const items = Array.from({ length: 64 }, (_, index) => index)
  const outcomes = await Promise.allSettled(items.map((item) => batch.add(item)))
  assert.deepEqual(
    items.filter((item) => outcomes[item]?.status === 'rejected'),
    [13, 40],
  )
  assert.deepEqual(
    written,
    items.filter((item) => item !== 13 && item !== 40),
  )
  assert.ok(flushes <= 1 + 2 * 2 * 6, `${flushes} flushes`)
})

test('when nobody can say whether a flush was kept, it is not made again', async () => {
  let flushes = 0
  const lost = new UnavailableError('db:5432', 'the connection was lost', { mayHaveRun: true })
  const batch = createBatch<number, number>({
    name: 'lost',
    flush: async () => {
      flushes++
      throw lost
    },
  })
  const outcomes = await Promise.allSettled([1, 2, 3].map((item) => batch.add(item)))
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason),
    [lost, lost, lost],
  )
  assert.equal(flushes, 1)
})

test('a flush takes no more items and bytes than it may; one item may be larger than that', async () => {
  const byCount = heldBatch({ maxItems: 2 })
  const counted = [1, 2, 3].map((item) => byCount.batch.add(item))
  await byCount.release()
  await byCount.release()
  await Promise.all(counted)
  assert.deepEqual(byCount.flushes, [[1, 2], [3]])
  const byBytes = heldBatch({ maxBytes: 10, bytesOf: (item) => item })
  const weighed = [50, 4, 6, 1].map((item) => byBytes.batch.add(item))
  for (let flush = 0; flush < 3; flush++) await byBytes.release()
  await Promise.all(weighed)
  assert.deepEqual(byBytes.flushes, [[50], [4, 6], [1]])
})

test('items beyond the bound are refused at once; what waits is kept', async () => {
  const { batch, release } = heldBatch({ maxQueued: 2 })
  const waiting = [batch.add(1), batch.add(2)]
  await rejectsWith(batch.add(3), 'ASHLAR_SQL_BATCH_FULL', /"numbers" is full: 2 items wait/)
  await release()
  assert.deepEqual(await Promise.all(waiting), [10, 20])
})

test('an item whose call ends while it waits is not written; one that is being written is not waited for', async () => {
  const { batch, flushes, release, clock } = heldBatch()
  const abort = new AbortController()
  const cancelled = (item: number): Promise<number> => runCall({ signal: abort.signal }, () => batch.add(item))
  const inFlight = cancelled(1)
  await clock.advance(0)
  const waiting = cancelled(2)
  abort.abort(new CancelledError())
  await rejectsWith(inFlight, 'ASHLAR_CANCELLED')
  await rejectsWith(waiting, 'ASHLAR_CANCELLED')
  await release()
  await release()
  assert.deepEqual(flushes, [[1]])
})

test('a flush belongs to no call: the deadline of the first caller is not that of the others', async () => {
  let seen: unknown = 'none'
  const batch = createBatch<number, number>({
    name: 'alone',
    flush: async (items) => {
      seen = currentCall()
      return items
    },
  })
  await runCall({ timeoutMs: 10_000 }, () => batch.add(1))
  assert.equal(seen, undefined)
})

test('drain writes what waits and takes no more; dispose gives up what waits', async () => {
  const { batch, release } = heldBatch()
  const waiting = batch.add(1)
  const drained = batch.drain?.(new AbortController().signal)
  await rejectsWith(batch.add(2), 'ASHLAR_SQL_BATCH_CLOSED')
  await release()
  await drained
  assert.equal(await waiting, 10)
  const other = heldBatch()
  const lost = other.batch.add(1)
  const refused = rejectsWith(lost, 'ASHLAR_SQL_BATCH_CLOSED')
  await other.batch[Symbol.asyncDispose]()
  await refused
  assert.equal(other.clock.armed, 0)
})

test('each flush is reported', async () => {
  const { batch, release } = heldBatch()
  const events: unknown[] = []
  using _ = batchFlushed.subscribe((event) => events.push(event))
  const added = batch.add(7)
  await release()
  await added
  assert.deepEqual(events, [{ batch: 'numbers', items: 1, queued: 0, durationMs: 0, error: undefined }])
})

test('options that make no sense are refused when the batch is made', () => {
  assert.throws(
    () => heldBatch({ maxItems: 0 }),
    /RangeError: createBatch "numbers": maxItems must be 1 or more, got 0/,
  )
})
