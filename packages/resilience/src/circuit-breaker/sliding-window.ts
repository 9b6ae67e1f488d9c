/** What a breaker looks back on: the last so many calls, or the calls of the last so many milliseconds. */
export type WindowSize =
  | { readonly kind: 'count'; /** Integer, 1 to 10,000. */ readonly calls: number }
  | { readonly kind: 'time'; /** 100 to 3,600,000. Kept in tenths. */ readonly durationMs: number }

/** The sums of a window as plain data, to be kept over a restart. */
export interface WindowSums {
  readonly calls: number
  readonly failures: number
  readonly slow: number
}

const timeBuckets = 10

/**
 * Sums over a window that slides: a ring of buckets, one call each or a tenth of the time each. Recording is O(1),
 * except that a time window steps over as many buckets as have gone by, at most ten.
 */
export class SlidingWindow {
  calls = 0
  failures = 0
  slow = 0
  readonly #buckets: number
  /** Calls, failures and slow ones of each bucket. */
  readonly #ring: Int32Array
  readonly #bucketMs: number
  #current = 0
  #endMs = -Infinity

  constructor(size: WindowSize) {
    this.#buckets = size.kind === 'count' ? size.calls : timeBuckets
    this.#bucketMs = size.kind === 'count' ? 0 : size.durationMs / timeBuckets
    this.#ring = new Int32Array(this.#buckets * 3)
  }

  record(failed: boolean, slow: boolean, nowMs: number): void {
    if (this.#bucketMs === 0) this.#step()
    else if (nowMs >= this.#endMs) this.#slide(nowMs)
    const at = this.#current * 3
    const ring = this.#ring
    ring[at]! += 1
    this.calls++
    if (failed) {
      ring[at + 1]! += 1
      this.failures++
    }
    if (slow) {
      ring[at + 2]! += 1
      this.slow++
    }
  }

  /** Forgets what lies behind the window at `nowMs`, for those who read the sums. */
  slide(nowMs: number): void {
    if (this.#bucketMs > 0 && nowMs >= this.#endMs) this.#slide(nowMs)
  }

  clear(): void {
    this.#ring.fill(0)
    this.calls = this.failures = this.slow = 0
  }

  /** Takes over the sums of another window, as if all of it had happened now; scaled down to what fits. */
  restore(sums: WindowSums, nowMs: number): void {
    this.clear()
    this.slide(nowMs)
    if (this.#bucketMs > 0) {
      this.#ring.set([sums.calls, sums.failures, sums.slow], this.#current * 3)
      this.calls = sums.calls
      this.failures = sums.failures
      this.slow = sums.slow
      return
    }
    const share = Math.min(1, this.#buckets / Math.max(1, sums.calls))
    const [calls, failures, slow] = [sums.calls, sums.failures, sums.slow].map((sum) => Math.floor(sum * share))
    for (let call = 0; call < calls!; call++) this.record(call < failures!, call < slow!, nowMs)
  }

  #slide(nowMs: number): void {
    const bucketMs = this.#bucketMs
    const behind = Math.floor((nowMs - this.#endMs) / bucketMs) + 1
    if (behind >= this.#buckets) {
      this.clear()
      this.#endMs = nowMs + bucketMs
      return
    }
    for (let step = 0; step < behind; step++) this.#step()
    this.#endMs += behind * bucketMs
  }

  #step(): void {
    if (++this.#current === this.#buckets) this.#current = 0
    const at = this.#current * 3
    const ring = this.#ring
    this.calls -= ring[at]!
    this.failures -= ring[at + 1]!
    this.slow -= ring[at + 2]!
    ring[at] = ring[at + 1] = ring[at + 2] = 0
  }
}
