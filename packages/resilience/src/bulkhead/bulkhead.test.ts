import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { hasCode, runCall } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { Bulkhead, type BulkheadOptions } from './bulkhead.ts'

const isFull = (error: unknown): boolean => hasCode(error, 'ASHLAR_BULKHEAD_FULL')

function bulkheadOf(options: Partial<BulkheadOptions> = {}): { clock: VirtualClock; bulkhead: Bulkhead } {
  const clock = new VirtualClock()
  return { clock, bulkhead: new Bulkhead({ name: 'bank', maxConcurrent: 1, maxQueued: 10, clock, ...options }) }
}

/** Calls that tell when they begin and end when told to. */
class Calls {
  readonly begun: string[] = []
  readonly #ends = new Map<string, () => void>()
  readonly #bulkhead: Bulkhead

  constructor(bulkhead: Bulkhead) {
    this.#bulkhead = bulkhead
  }

  start(name: string, options: { signal?: AbortSignal; priority?: number } = {}): Promise<void> {
    const work = (): Promise<void> => {
      this.begun.push(name)
      return new Promise((resolve) => this.#ends.set(name, resolve))
    }
    return this.#bulkhead.run(work, options)
  }

  end(name: string): void {
    this.#ends.get(name)?.()
  }
}

suite('a bulkhead', () => {
  test('lets so many calls run, makes others wait their turn, and refuses those beyond the queue', async () => {
    const { clock, bulkhead } = bulkheadOf({ maxConcurrent: 2, maxQueued: 1 })
    const calls = new Calls(bulkhead)
    const all = [calls.start('a'), calls.start('b'), calls.start('c')]
    await assert.rejects(calls.start('d'), isFull)
    assert.deepEqual(calls.begun, ['a', 'b'])
    calls.end('b')
    await clock.advance(0)
    assert.deepEqual(calls.begun, ['a', 'b', 'c'])
    calls.end('a')
    calls.end('c')
    await Promise.all(all)
    assert.equal(bulkhead.active, 0)
    assert.equal(clock.armed, 0)
  })

  test('a newcomer does not overtake who waits, not even between the end of a call and the start of the next', async () => {
    const { clock, bulkhead } = bulkheadOf()
    const calls = new Calls(bulkhead)
    const first = calls.start('first')
    void calls.start('waiting')
    calls.end('first')
    await first
    assert.equal(bulkhead.tryEnter(), false)
    await clock.advance(0)
    assert.deepEqual(calls.begun, ['first', 'waiting'])
  })

  test('serves the latest first where asked to', async () => {
    const { clock, bulkhead } = bulkheadOf({ order: 'lifo' })
    const calls = new Calls(bulkhead)
    for (const name of ['a', 'b', 'c']) void calls.start(name)
    calls.end('a')
    await clock.advance(0)
    assert.deepEqual(calls.begun, ['a', 'c'])
  })

  test('serves higher priorities first, and lets one of the lowest go when the queue is full', async () => {
    const { clock, bulkhead } = bulkheadOf({ maxQueued: 2 })
    const calls = new Calls(bulkhead)
    void calls.start('running')
    void calls.start('low 1', { priority: 1 })
    const ousted = assert.rejects(calls.start('low 2', { priority: 1 }), isFull)
    void calls.start('high', { priority: 9 })
    await ousted
    await assert.rejects(calls.start('low 3', { priority: 1 }), isFull)
    calls.end('running')
    await clock.advance(0)
    calls.end('high')
    await clock.advance(0)
    assert.deepEqual(calls.begun, ['running', 'high', 'low 1'])
  })

  test('a wait ends at its deadline, and says how long it was', async () => {
    const { clock, bulkhead } = bulkheadOf({ queueTimeoutMs: 100 })
    const calls = new Calls(bulkhead)
    void calls.start('running')
    const waited = assert.rejects(
      calls.start('waiting'),
      (error) => isFull(error) && Math.abs((error as { waitedMs: number }).waitedMs - 100) <= 2,
    )
    await clock.advance(101)
    await waited
    assert.equal(bulkhead.queued, 0)
  })

  test('a caller that leaves the queue is answered at once, and its place is free', async () => {
    const { bulkhead } = bulkheadOf({ maxQueued: 1 })
    const calls = new Calls(bulkhead)
    void calls.start('running')
    const caller = new AbortController()
    const left = assert.rejects(calls.start('waiting', { signal: caller.signal }), /gone/)
    caller.abort(new Error('gone'))
    assert.equal(bulkhead.queued, 0)
    await left
  })

  test('a caller whose call ends leaves the queue as well, without handing its signal on', async () => {
    const { clock, bulkhead } = bulkheadOf({ maxQueued: 1, queueTimeoutMs: 60_000 })
    const calls = new Calls(bulkhead)
    void calls.start('running')
    const left = assert.rejects(
      runCall({ timeoutMs: 100, clock }, () => calls.start('waiting')),
      (error) => hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED'),
    )
    await clock.advance(101)
    await left
    assert.equal(bulkhead.queued, 0)
  })

  test('work that throws gives its slot back', async () => {
    const { bulkhead } = bulkheadOf()
    await assert.rejects(
      bulkhead.run(() => Promise.reject(new Error('ill'))),
      /ill/,
    )
    assert.equal(bulkhead.active, 0)
  })

  test('more slots let those in who wait; fewer let those finish who are in', async () => {
    const { clock, bulkhead } = bulkheadOf()
    const calls = new Calls(bulkhead)
    for (const name of ['a', 'b', 'c', 'd']) void calls.start(name)
    bulkhead.resize(3)
    await clock.advance(0)
    assert.deepEqual(calls.begun, ['a', 'b', 'c'])
    bulkhead.resize(1)
    calls.end('a')
    await clock.advance(0)
    assert.equal(calls.begun.length, 3)
    calls.end('b')
    calls.end('c')
    await clock.advance(0)
    assert.deepEqual(calls.begun, ['a', 'b', 'c', 'd'])
  })

  test('options that make no sense are refused by name and value', () => {
    assert.throws(() => bulkheadOf({ maxConcurrent: 0 }), /maxConcurrent must be a whole number of 1 to 100000, got 0/)
    assert.throws(() => bulkheadOf({ maxQueued: -1 }), /maxQueued .* got -1/)
    assert.throws(() => bulkheadOf({ queueTimeoutMs: Infinity }), /queueTimeoutMs .* got Infinity/)
    assert.throws(() => bulkheadOf({ order: 'filo' as never }), /order must be fifo or lifo, got filo/)
  })

  test('who waits with a priority that is no number is refused, and the queue goes on', async () => {
    const { bulkhead } = bulkheadOf()
    assert.equal(bulkhead.tryEnter(), true)
    await assert.rejects(bulkhead.enter({ signal: undefined, priority: Number.NaN }), /priority .* got NaN/)
    const next = bulkhead.enter({ signal: undefined, priority: 1 })
    bulkhead.release()
    await next
    assert.equal(bulkhead.active, 1)
  })
})
