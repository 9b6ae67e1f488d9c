import {
  abortReason,
  currentCall,
  faultPoint,
  orAborted,
  runInContext,
  systemClock,
  withoutStack,
  type Closeable,
  type Timer,
} from '@ashlar/kernel'
import { throwIfOver } from '../call-guard.ts'
import { BatchClosedError, BatchFullError } from './errors.ts'
import { batchFlushed } from './events.ts'
import type { BatchOptions, ItemOutcome } from './options.ts'

/** Joins the writes of many callers into few commits. */
export interface Batch<Item, Result> extends Closeable {
  /**
   * Resolves with the item's result when the flush that took it has ended, and so when the item is durable. An item
   * whose call is over while it waits is not written; one that is being written then may or may not be.
   * @throws {BatchFullError} when too many wait.
   * @throws {BatchClosedError} once the batch drains.
   */
  add(item: Item): Promise<Result>
}

interface Entry<Item, Result> {
  readonly item: Item
  readonly bytes: number
  resolve(result: Result): void
  reject(error: unknown): void
}

/**
 * Makes a group commit: items that arrive while a flush is in flight go together in the next, and share its one
 * statement and its one wait for the disk. A single caller waits for nothing but its own flush.
 *
 * Source: D. DeWitt et al., "Implementation Techniques for Main Memory Database Systems" (1984), group commit. Differs:
 * no timer holds a batch back; the flush before it is the only wait.
 */
export function createBatch<Item, Result>(options: BatchOptions<Item, Result>): Batch<Item, Result> {
  const { name, maxItems = 256, maxBytes = 1_048_576, maxQueued = 10_000 } = options
  for (const [option, value] of Object.entries({ maxItems, maxBytes, maxQueued })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`createBatch "${name}": ${option} must be 1 or more, got ${value}`)
    }
  }
  return new GroupCommit({ ...options, maxItems, maxBytes, maxQueued })
}

type Settings<Item, Result> = BatchOptions<Item, Result> &
  Required<Pick<BatchOptions<Item, Result>, 'maxItems' | 'maxBytes' | 'maxQueued'>>

class GroupCommit<Item, Result> implements Batch<Item, Result> {
  readonly #settings: Settings<Item, Result>
  readonly #queue = new Set<Entry<Item, Result>>()
  readonly #idle: (() => void)[] = []
  #next: Timer | undefined
  #flushing = false
  #closed = false

  constructor(settings: Settings<Item, Result>) {
    this.#settings = settings
  }

  async add(item: Item): Promise<Result> {
    const { name, maxQueued, bytesOf, clock = systemClock } = this.#settings
    const call = currentCall()
    throwIfOver(call, clock)
    if (this.#closed) throw withoutStack(() => new BatchClosedError(name))
    if (this.#queue.size >= maxQueued) throw withoutStack(() => new BatchFullError(name, this.#queue.size))
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    const entry = { item, bytes: bytesOf?.(item) ?? 0, resolve, reject }
    this.#queue.add(entry)
    this.#schedule()
    if (call === undefined) return promise
    const leave = (): void => {
      if (this.#queue.delete(entry)) reject(abortReason(call.signal))
      this.#settleIdle()
    }
    call.signal.addEventListener('abort', leave, { once: true })
    try {
      return await orAborted(promise, call.signal)
    } finally {
      call.signal.removeEventListener('abort', leave)
    }
  }

  async drain(signal: AbortSignal): Promise<void> {
    this.#closed = true
    if (!this.#flushing && this.#queue.size === 0) return
    const idle = new Promise<void>((resolve) => {
      this.#idle.push(resolve)
    })
    await orAborted(idle, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#next?.cancel()
    for (const entry of this.#queue) entry.reject(new BatchClosedError(this.#settings.name))
    this.#queue.clear()
    this.#settleIdle()
  }

  // After the callbacks that are ready now: those whose items were just written come back with their next ones first.
  #schedule(): void {
    if (this.#flushing || this.#next !== undefined || this.#queue.size === 0) return
    const { clock = systemClock } = this.#settings
    this.#next = clock.immediate(() => {
      this.#next = undefined
      const entries = this.#take()
      if (entries.length > 0) void runInContext(undefined, () => this.#flush(entries))
    })
  }

  #take(): Entry<Item, Result>[] {
    const { maxItems, maxBytes } = this.#settings
    const taken: Entry<Item, Result>[] = []
    let bytes = 0
    for (const entry of this.#queue) {
      bytes += entry.bytes
      if (taken.length === maxItems || (taken.length > 0 && bytes > maxBytes)) break
      taken.push(entry)
      this.#queue.delete(entry)
    }
    return taken
  }

  async #flush(entries: readonly Entry<Item, Result>[]): Promise<void> {
    const { name, flush, clock = systemClock } = this.#settings
    const startedMs = clock.now()
    let failure: unknown
    this.#flushing = true
    try {
      const outcomes = await flush(entries.map(({ item }) => item))
      const fault = faultPoint('sql:batch-flushed')
      if (fault !== undefined) await fault
      if (outcomes.length !== entries.length) {
        throw new TypeError(`batch "${name}": flush returned ${outcomes.length} outcomes for ${entries.length} items`)
      }
      entries.forEach((entry, index) => settle(entry, outcomes[index] as ItemOutcome<Result>))
    } catch (error) {
      failure = error
      for (const entry of entries) entry.reject(error)
    }
    this.#flushing = false
    if (batchFlushed.hasSubscribers) {
      const durationMs = clock.now() - startedMs
      batchFlushed.publish({ batch: name, items: entries.length, queued: this.#queue.size, durationMs, error: failure })
    }
    this.#schedule()
    this.#settleIdle()
  }

  #settleIdle(): void {
    if (this.#flushing || this.#queue.size > 0) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }
}

function settle<Item, Result>(entry: Entry<Item, Result>, outcome: ItemOutcome<Result>): void {
  if (outcome instanceof Error) entry.reject(outcome)
  else entry.resolve(outcome)
}
