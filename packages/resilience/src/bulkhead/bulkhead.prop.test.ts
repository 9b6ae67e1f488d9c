import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '@ashlar/kernel'
import * as fc from 'fast-check'
import { ManualClock } from '../internal/manual-clock.test.support.ts'
import { checkMillionSteps, manySteps } from '../internal/random-steps.test.support.ts'
import { Bulkhead } from './bulkhead.ts'

interface Call {
  readonly id: number
  readonly priority: number
  readonly sinceMs: number
}

interface Options {
  readonly maxConcurrent: number
  readonly maxQueued: number
  readonly queueTimeoutMs: number
  readonly order: 'fifo' | 'lifo'
}

/** What a bulkhead promises, with a plain array for who waits. Times are whole tens, timeouts are not. */
class Model {
  active = 0
  readonly events: string[] = []
  #queue: Call[] = []
  #slots: number
  readonly #options: Options

  constructor(options: Options) {
    this.#slots = options.maxConcurrent
    this.#options = options
  }

  get isFull(): boolean {
    return this.active >= this.#slots
  }

  get waiting(): readonly number[] {
    return this.#queue.map(({ id }) => id)
  }

  enter(call: Call): void {
    if (this.active < this.#slots) this.#admit(call)
    else if (this.#queue.length < this.#options.maxQueued) this.#queue.push(call)
    else {
      const last = this.#inOrder().at(-1)
      if (last === undefined || last.priority >= call.priority) this.events.push(`full ${call.id}`)
      else {
        this.#remove(last.id, 'full')
        this.#queue.push(call)
      }
    }
  }

  leave(id: number): void {
    this.#remove(id, 'left')
  }

  release(): void {
    this.active--
    this.resize(this.#slots)
  }

  resize(slots: number): void {
    this.#slots = slots
    while (this.active < slots) {
      const [next] = this.#inOrder()
      if (next === undefined) break
      this.#queue = this.#queue.filter((call) => call !== next)
      this.#admit(next)
    }
  }

  pass(nowMs: number): void {
    for (const { id, sinceMs } of this.#queue) {
      if (nowMs - sinceMs > this.#options.queueTimeoutMs) this.#remove(id, 'full')
    }
  }

  /** Whose turn is next comes first. */
  #inOrder(): Call[] {
    if (this.#queue.length < 2) return this.#queue
    const later = this.#options.order === 'fifo' ? 1 : -1
    return this.#queue.toSorted((a, b) => b.priority - a.priority || later * (a.id - b.id))
  }

  #admit({ id }: Call): void {
    this.active++
    this.events.push(`in ${id}`)
  }

  #remove(id: number, why: string): void {
    this.#queue = this.#queue.filter((call) => call.id !== id)
    this.events.push(`${why} ${id}`)
  }
}

/** Those that leave at the same time do so in any order; who comes in comes in turn. */
function inOrder(events: readonly string[]): string[] {
  const isIn = (event: string): boolean => event.startsWith('in')
  return [...events.filter(isIn), ...events.filter((event) => !isIn(event)).sort()]
}

/** The bulkhead and the model side by side. */
class Twins {
  readonly #clock = new ManualClock()
  readonly #bulkhead: Bulkhead
  readonly #model: Model
  readonly #callers = new Map<number, AbortController>()
  readonly #events: string[] = []
  #id = 0

  constructor(options: Options) {
    this.#bulkhead = new Bulkhead({ name: 'p', ...options, clock: this.#clock })
    this.#model = new Model(options)
  }

  enter(which: number): void {
    const id = ++this.#id
    const priority = which % 3
    // Callers cost more than all the rest: one for those that wait.
    const caller = this.#model.isFull ? new AbortController() : undefined
    if (caller !== undefined) this.#callers.set(id, caller)
    this.#bulkhead.enter({ signal: caller?.signal, priority }).then(
      () => this.#events.push(`in ${id}`),
      (error: unknown) => this.#events.push(hasCode(error, 'ASHLAR_BULKHEAD_FULL') ? `full ${id}` : `left ${id}`),
    )
    this.#model.enter({ id, priority, sinceMs: this.#clock.now() })
  }

  try(): void {
    const hasRoom = !this.#model.isFull
    assert.equal(this.#bulkhead.tryEnter(), hasRoom)
    if (hasRoom) this.#model.active++
  }

  release(): void {
    if (this.#model.active === 0) return
    this.#bulkhead.release()
    this.#model.release()
  }

  leave(which: number): void {
    const { waiting } = this.#model
    const id = waiting[which % waiting.length]
    if (id === undefined) return
    this.#callers.get(id)?.abort(new Error('gone'))
    this.#model.leave(id)
  }

  resize(which: number): void {
    const slots = 1 + (which % 5)
    this.#bulkhead.resize(slots)
    this.#model.resize(slots)
  }

  pass(which: number): void {
    this.#clock.advance(10 * (which % 5))
    this.#model.pass(this.#clock.now())
  }

  /** Whether both did the same, and told their callers the same. */
  compare(): Promise<void> | undefined {
    assert.equal(this.#bulkhead.active, this.#model.active)
    assert.equal(this.#bulkhead.queued, this.#model.waiting.length)
    // Only then, since promises cost more than all the rest; what nobody expected shows the next time.
    return this.#model.events.length === 0 ? undefined : this.#compareEvents()
  }

  async #compareEvents(): Promise<void> {
    await Promise.resolve()
    assert.deepEqual(inOrder(this.#events.splice(0)), inOrder(this.#model.events.splice(0)))
  }
}

const options = fc.record({
  maxConcurrent: fc.integer({ min: 1, max: 4 }),
  maxQueued: fc.integer({ min: 0, max: 6 }),
  queueTimeoutMs: fc.constantFrom(25, 95),
  order: fc.constantFrom('fifo' as const, 'lifo' as const),
})
const kinds = fc.constantFrom(
  ...(['enter', 'try', 'try', 'release', 'release', 'leave', 'resize', 'pass', 'pass'] as const),
)
const step = fc.tuple(kinds, fc.nat(1_000))

test('a million random steps: slots and places in the queue go to whom the model gives them', async () => {
  let taken = 0
  const property = fc.asyncProperty(options, fc.array(step, manySteps), async (chosen, script) => {
    const twins = new Twins(chosen)
    for (const [kind, which] of script) {
      taken++
      twins[kind](which)
      const comparison = twins.compare()
      if (comparison !== undefined) await comparison
    }
  })
  await checkMillionSteps(property, () => taken)
})
