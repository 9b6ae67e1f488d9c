import type { BreakerPermit } from '../circuit-breaker/index.ts'
import { endingOf, type Ending } from '../internal/ending.ts'
import type { Parts } from './parts.ts'
import type { PolicyCounters } from './pipeline.ts'

/**
 * The right to make one call, and what it holds: a slot and the breaker's permit. Say once how the call ended, or nothing
 * comes back; what is said after that is ignored. Leaving the scope of a `using` is `abandon`.
 */
export interface PolicyEntry extends Disposable {
  readonly ok: true
  succeed(): void
  /** The call failed: whether that speaks against the dependency is decided as in `run`. */
  fail(error: unknown): void
  /** The call was not made, or its end says nothing about the dependency. */
  abandon(): void
}

/** The call may not be made now. Holds nothing; disposable, so that `using` takes either. */
export interface PolicyRefusal extends Disposable {
  readonly ok: false
  readonly error: unknown
}

export class Entry implements PolicyEntry {
  readonly ok = true
  readonly #parts: Parts
  readonly #permit: BreakerPermit | undefined
  readonly #counters: PolicyCounters
  #isOver = false

  constructor(parts: Parts, permit: BreakerPermit | undefined, counters: PolicyCounters) {
    this.#parts = parts
    this.#permit = permit
    this.#counters = counters
  }

  succeed(): void {
    if (!this.#endsNow()) return
    this.#permit?.success()
    this.#end('answered')
  }

  fail(error: unknown): void {
    if (!this.#endsNow()) return
    this.#counters.failed++
    this.#permit?.failure(error)
    this.#end(endingOf(error))
  }

  abandon(): void {
    if (!this.#endsNow()) return
    this.#permit?.ignore()
    this.#end('silent')
  }

  [Symbol.dispose](): void {
    this.abandon()
  }

  /** True once. Before anything else is done: those who are told of it may come back here. */
  #endsNow(): boolean {
    const endsNow = !this.#isOver
    this.#isOver = true
    return endsNow
  }

  #end(ending: Ending): void {
    const { shed, concurrency } = this.#parts
    if (ending !== 'silent') shed?.record(ending === 'answered')
    concurrency?.release(ending)
  }
}

export class Refusal implements PolicyRefusal {
  readonly ok = false
  readonly error: unknown

  constructor(error: unknown) {
    this.error = error
  }

  [Symbol.dispose](): void {}
}
