import {
  abortReason,
  currentCall,
  faultPoint,
  hasCode,
  orAborted,
  runInContext,
  systemClock,
  withoutStack,
  type Closeable,
  type Timer,
} from '@ashlar/kernel'
import { throwIfOver } from '../call-guard.ts'
import { QueryError } from '../errors.ts'
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
 * statement and its one wait for the disk. A single caller waits for nothing but its own flush. Safe from many callers.
 *
 * An item that cannot be written (it breaks a constraint, a value does not fit) fails alone: what a flush refuses for
 * such a reason is flushed again in halves, about 2 log2(n) more flushes for one among n.
 *
 * A flush whose connection is lost has an unknown outcome, as any commit has: its items reject with
 * `ASHLAR_SQL_UNAVAILABLE` and may be there. Who adds them again needs a key that tells.
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
    this.#flushing = true
    const groups = [entries]
    for (let group = groups.pop(); group !== undefined; group = groups.pop()) {
      const failure = await this.#write(group)
      if (failure === undefined) continue
      const half = Math.ceil(group.length / 2)
      if (group.length > 1 && blamesItems(failure.error)) groups.push(group.slice(half), group.slice(0, half))
      else for (const entry of group) entry.reject(failure.error)
    }
    this.#flushing = false
    this.#schedule()
    this.#settleIdle()
  }

  /** @returns Why none of them was written; `undefined` when each has its own outcome. */
  async #write(entries: readonly Entry<Item, Result>[]): Promise<{ readonly error: unknown } | undefined> {
    const { name, flush, clock = systemClock } = this.#settings
    const startedMs = clock.now()
    let failure: { readonly error: unknown } | undefined
    try {
      const outcomes = await flush(entries.map(({ item }) => item))
      const fault = faultPoint('sql:batch-flushed')
      if (fault !== undefined) await fault
      if (outcomes.length !== entries.length) {
        throw new TypeError(`batch "${name}": flush returned ${outcomes.length} outcomes for ${entries.length} items`)
      }
      entries.forEach((entry, index) => settle(entry, outcomes[index] as ItemOutcome<Result>))
    } catch (error) {
      failure = { error }
    }
    if (batchFlushed.hasSubscribers) {
      const durationMs = clock.now() - startedMs
      const error = failure?.error
      batchFlushed.publish({ batch: name, items: entries.length, queued: this.#queue.size, durationMs, error })
    }
    return failure
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

/** Whether it says of an item, and not of the database, that it cannot be written: then nothing was. */
function blamesItems(error: unknown): boolean {
  if (error instanceof QueryError) return error.sqlState.startsWith('22') || error.sqlState.startsWith('23')
  return (
    hasCode(error, 'ASHLAR_SQL_UNIQUE_VIOLATION') ||
    hasCode(error, 'ASHLAR_SQL_FOREIGN_KEY_VIOLATION') ||
    hasCode(error, 'ASHLAR_SQL_CHECK_VIOLATION')
  )
}
