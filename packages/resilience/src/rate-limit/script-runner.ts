/** A program for a store that runs it in one go: nobody sees or changes its keys in between. */
export interface Script {
  /** Unique; a store that has its programs beforehand knows it by that. */
  readonly name: string
  /** For Redis 5 or later, and what speaks its language. */
  readonly lua: string
}

/** What runs scripts: a client of Redis, or of a database that has them as functions. */
export interface ScriptRunner {
  /**
   * Runs the script in one round trip. It may have run even where this rejects.
   * @param keys All that it reads or writes. In a cluster they have to be of one slot.
   * @param args Finite numbers, passed on with all their digits.
   * @param options What stops waiting for the answer. Read the signal only where it is of use: that makes it.
   * @returns Whole numbers.
   */
  run(
    script: Script,
    keys: readonly string[],
    args: readonly number[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly number[]>
}
