/** What one stretch of time says about a dependency. */
export interface LoadSample {
  /** The limit that held. */
  readonly limit: number
  /** Calls that ended. */
  readonly calls: number
  /** Of those, the share that failed, or took too long. */
  readonly failedShare: number
  /** How long a call took, on average. */
  readonly latencyMs: number
  /** The most calls that were under way at a time. */
  readonly peak: number
  readonly durationMs: number
}

/**
 * Measures latency without remembering when any call began: the time that all calls spent under way, divided by how many
 * ended (Little's law). Nothing is kept for a call, and those that hang count while they do.
 */
export class LoadWindow {
  #beganMs: number
  #lastMs: number
  /** Calls times milliseconds. */
  #spent = 0
  #calls = 0
  #failed = 0
  #peak = 0

  constructor(nowMs: number) {
    this.#beganMs = this.#lastMs = nowMs
  }

  get calls(): number {
    return this.#calls
  }

  /** `active` calls have been under way until now. Before each change of their number. */
  pass(active: number, nowMs: number): void {
    this.#spent += active * (nowMs - this.#lastMs)
    this.#lastMs = nowMs
    if (active > this.#peak) this.#peak = active
  }

  ended(failed: boolean): void {
    this.#calls++
    if (failed) this.#failed++
  }

  lastsMs(nowMs: number): number {
    return nowMs - this.#beganMs
  }

  /** What the time up to the latest `pass` says; begins anew. */
  take(limit: number): LoadSample {
    const calls = this.#calls
    const sample = {
      limit,
      calls,
      failedShare: this.#failed / calls,
      latencyMs: this.#spent / calls,
      peak: this.#peak,
      durationMs: this.#lastMs - this.#beganMs,
    }
    this.#beganMs = this.#lastMs
    this.#spent = this.#calls = this.#failed = this.#peak = 0
    return sample
  }
}
