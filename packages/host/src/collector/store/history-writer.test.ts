import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { BusyError, QueryError } from '@ashlar/sql'
import { VirtualClock } from '@ashlar/kernel/testing'
import { bytesOf, type Entry } from './entry.ts'
import { entry } from './entry-store-contract.test.support.ts'
import { HistoryWriter, type WriteTarget } from './history-writer.ts'

/** A history that can be away, and slow. */
class Target implements WriteTarget<'spans' | 'logs', Entry> {
  readonly ids: number[] = []
  readonly sizes: number[] = []
  failWith: Error | undefined
  held: Promise<void> | undefined
  isTidyDue = false
  tidied = 0

  async add({ spans, logs }: { readonly spans: readonly Entry[]; readonly logs: readonly Entry[] }): Promise<void> {
    await this.held
    if (this.failWith !== undefined) throw this.failWith
    this.sizes.push(spans.length + logs.length)
    this.ids.push(...[...spans, ...logs].map(({ id }) => id))
  }

  async tidy(): Promise<void> {
    this.tidied += 1
    this.isTidyDue = false
  }
}

interface Bench {
  readonly target: Target
  readonly clock: VirtualClock
  readonly writer: HistoryWriter<'spans' | 'logs', Entry>
  readonly refused: unknown[]
}

function bench(t: TestContext, options: { maxQueueBytes?: number; maxWriteBytes?: number } = {}): Bench {
  const [target, clock, refused]: [Target, VirtualClock, unknown[]] = [new Target(), new VirtualClock(), []]
  const writer = new HistoryWriter({
    kinds: ['spans', 'logs'],
    target,
    clock,
    onRefused: (error) => void refused.push(error),
    ...options,
  })
  t.after(() => writer[Symbol.asyncDispose]())
  return { target, clock, writer, refused }
}

const away = new BusyError('the database is away')
const one = entry(100)

test('what is offered is written in the order in which it came, many at a time', async (t) => {
  const { writer, target } = bench(t, { maxWriteBytes: 4 * bytesOf(one) })
  writer.offer(
    'spans',
    Array.from({ length: 10 }, (_, at) => entry(100 + at, { count: 2 })),
  )
  writer.offer('logs', [entry(110)])
  await writer.drain(new AbortController().signal)
  assert.deepEqual(
    target.ids,
    Array.from({ length: 11 }, (_, at) => 100 + at),
  )
  assert.deepEqual(target.sizes, [4, 4, 3])
  assert.equal(writer.stats.spans.written, 20)
  assert.equal(writer.stats.logs.written, 1)
})

test('while the database is away entries wait; once it is back all are written', async (t) => {
  const { writer, target, clock, refused } = bench(t)
  target.failWith = away
  writer.offer('spans', [entry(1), entry(2)])
  await clock.advance(30_000)
  assert.equal(writer.stats.spans.queued, 2)
  target.failWith = undefined
  await clock.advance(5_000)
  assert.deepEqual(target.ids, [1, 2])
  assert.deepEqual(writer.stats.spans, { written: 2, queued: 0, lost: { 'queue-full': 0, refused: 0, closed: 0 } })
  assert.deepEqual(refused, [])
})

test('what there is no room for is lost and counted: everything offered is written, queued or lost', async (t) => {
  const { writer, target } = bench(t, { maxQueueBytes: 3 * bytesOf(one) })
  const hold = Promise.withResolvers<void>()
  target.held = hold.promise
  writer.offer(
    'spans',
    Array.from({ length: 10 }, (_, at) => entry(100 + at, { count: 5 })),
  )
  assert.deepEqual(writer.stats.spans, { written: 0, queued: 15, lost: { 'queue-full': 35, refused: 0, closed: 0 } })
  hold.resolve()
  await writer.drain(new AbortController().signal)
  writer.offer('spans', [entry(200)])
  assert.deepEqual(writer.stats.spans, { written: 15, queued: 0, lost: { 'queue-full': 35, refused: 0, closed: 1 } })
})

test('what the database refuses is lost, counted and told, and holds nothing up', async (t) => {
  const { writer, target, clock, refused } = bench(t)
  target.failWith = new QueryError('22021', 'no such text')
  writer.offer('spans', [entry(1)])
  await clock.advance(0)
  target.failWith = undefined
  writer.offer('spans', [entry(2)])
  await clock.advance(0)
  assert.deepEqual(target.ids, [2])
  assert.equal(writer.stats.spans.lost.refused, 1)
  assert.equal(refused.length, 1)
})

test('the end does not wait for a database that is away, and says what was lost by it', async (t) => {
  const { writer, target } = bench(t)
  target.failWith = away
  writer.offer('logs', [entry(1), entry(2)])
  await writer.drain(new AbortController().signal)
  assert.deepEqual(writer.stats.logs, { written: 0, queued: 0, lost: { 'queue-full': 0, refused: 0, closed: 2 } })
})

test('old slices are dropped also while nothing comes, and a due slice before more is written', async (t) => {
  const { writer, target, clock } = bench(t)
  await clock.advance(180_000)
  assert.equal(target.tidied, 3)
  target.isTidyDue = true
  writer.offer('spans', [entry(1)])
  await clock.advance(0)
  assert.equal(target.tidied, 4)
  assert.deepEqual(target.ids, [1])
})
