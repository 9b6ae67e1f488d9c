import { runInContext, type Clock } from '@ashlar/kernel'
import { SpanRing, type SpanReader } from './span-ring.ts'
import type { SpanRecord } from './span-record.ts'

export type SpanListener = (spans: readonly SpanRecord[]) => void

/** The spans that were kept, for who comes for them and for who wants to be told. */
export class KeptSpans {
  readonly #ring: SpanRing
  readonly #capacity: number
  readonly #clock: Clock
  #reader: SpanReader | undefined
  readonly #listeners = new Map<SpanListener, SpanReader>()
  #isTelling = false
  #missedByGone = 0
  #failedListeners = 0

  constructor(capacity: number, clock: Clock) {
    this.#ring = new SpanRing(capacity)
    this.#capacity = capacity
    this.#clock = clock
  }

  /** Listeners are told in batches and from a task of their own, never from within the observed code. */
  add(span: SpanRecord): void {
    this.#ring.push(span)
    if (this.#listeners.size === 0 || this.#isTelling) return
    this.#isTelling = true
    this.#clock.immediate(() => this.tell())
  }

  drain(max: number): SpanRecord[] {
    this.#reader ??= this.#ring.reader('first')
    return this.#reader.take(max)
  }

  listen(listener: SpanListener): Disposable {
    const own: SpanListener = (spans) => listener(spans)
    const reader = this.#ring.reader('next')
    this.#listeners.set(own, reader)
    return {
      [Symbol.dispose]: () => {
        if (this.#listeners.delete(own)) this.#missedByGone += reader.missed()
      },
    }
  }

  /** Tells listeners of what they have not been told, outside any call. */
  tell(): void {
    this.#isTelling = false
    runInContext(undefined, () => {
      for (const [listener, reader] of this.#listeners) this.#tellOne(listener, reader.take(this.#capacity))
    })
  }

  #tellOne(listener: SpanListener, spans: readonly SpanRecord[]): void {
    if (spans.length === 0) return
    try {
      listener(spans)
    } catch {
      this.#failedListeners += 1
    }
  }

  /** Spans that were overwritten before they were drained, and before each listener could be told. */
  get overwritten(): number {
    let missed = this.#missedByGone + (this.#reader?.missed() ?? 0)
    for (const reader of this.#listeners.values()) missed += reader.missed()
    return missed
  }

  get failedListeners(): number {
    return this.#failedListeners
  }
}
