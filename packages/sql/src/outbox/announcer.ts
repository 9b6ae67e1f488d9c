import { runInContext } from '@ashlar/kernel'

/**
 * Does something after many occasions, once for those that came while it was being done. To notify takes a lock that
 * all commits that notify queue for, so it is done beside the transactions and not in them.
 */
export class Announcer {
  readonly #announce: () => Promise<void>
  #running = false
  #again = false

  constructor(announce: () => Promise<void>) {
    this.#announce = announce
  }

  occasion(): void {
    this.#again = true
    if (!this.#running) void runInContext(undefined, () => this.#run())
  }

  async #run(): Promise<void> {
    this.#running = true
    while (this.#again) {
      this.#again = false
      // What nobody is told of is found by the next poll.
      await this.#announce().catch(() => undefined)
    }
    this.#running = false
  }
}
