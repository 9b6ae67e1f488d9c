import { currentCall, type Clock, type TraceContext } from '@ashlar/kernel'
import type { Exemplar } from './snapshot.ts'

const every = 64

/**
 * A trace for each bucket of one series: the first that is measured after each reading, and each 64th then. So every
 * reading finds a fresh one, of rare slow calls too, and the rest pays for neither the context nor the clock.
 */
export class Exemplars {
  readonly #clock: Clock
  readonly #kept: (Exemplar | undefined)[]
  /** By bucket: how many more are passed over. */
  readonly #passOver: Uint8Array

  constructor(clock: Clock, buckets: number) {
    this.#clock = clock
    this.#kept = Array.from({ length: buckets }, () => undefined)
    this.#passOver = new Uint8Array(buckets)
  }

  /**
   * @param trace of the work that was measured, passed over unless it is sampled: who gives one knows whether it is kept.
   * @default the current call's, of which that is seldom decided yet
   */
  offer(bucket: number, value: number, trace?: TraceContext): void {
    const left = this.#passOver[bucket] as number
    if (left > 0) {
      this.#passOver[bucket] = left - 1
      return
    }
    const measured = trace ?? currentCall()?.trace
    // The next is asked again.
    if (measured === undefined || trace?.sampled === false) return
    this.#passOver[bucket] = every - 1
    const { traceId, spanId } = measured
    this.#kept[bucket] = { value, timeMs: this.#clock.wall(), traceId, spanId }
  }

  read(): readonly (Exemplar | undefined)[] {
    this.#passOver.fill(0)
    return [...this.#kept]
  }

  reset(): void {
    this.#passOver.fill(0)
    this.#kept.fill(undefined)
  }
}
