import type { SpanRecord } from './span-record.ts'

/** Takes the spans of a ring in their order, at its own pace. */
export interface SpanReader {
  /** Spans that were overwritten before this reader came to them. */
  missed(): number
  /** The next spans, `max` at the most; empty when there are none. */
  take(max: number): SpanRecord[]
}

/** The latest spans, up to a number: a new one takes the place of the oldest. Readers do not hold each other up. */
export class SpanRing {
  readonly #slots: SpanRecord[] = []
  readonly #capacity: number
  #written = 0
  #slot = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  push(span: SpanRecord): void {
    this.#slots[this.#slot] = span
    this.#slot = this.#slot + 1 === this.#capacity ? 0 : this.#slot + 1
    this.#written += 1
  }

  /** A reader that begins with the first span ever written, or with the next one. */
  reader(from: 'first' | 'next'): SpanReader {
    let at = from === 'first' ? 0 : this.#written
    let missed = 0
    const skip = (): void => {
      const oldest = this.#written - this.#capacity
      if (at >= oldest) return
      missed += oldest - at
      at = oldest
    }
    return {
      missed: () => {
        skip()
        return missed
      },
      take: (max) => {
        skip()
        const until = Math.min(this.#written, at + max)
        const spans: SpanRecord[] = []
        for (; at < until; at++) spans.push(this.#slots[at % this.#capacity] as SpanRecord)
        return spans
      },
    }
  }
}
