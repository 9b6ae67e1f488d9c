import { runCall, runInContext, type Clock, type Timer } from '@ashlar/kernel'
import { outboxBacklog } from './events.ts'
import type { Backlog, RelaySource } from './relay-source.ts'

const everyMs = 10_000
// A store that takes longer is told to stop: before it is asked again.
const timeoutMs = 5_000

/**
 * Tells every ten seconds what waits in an outbox, whoever relays it and whether anybody does. When the store does not
 * say, what was known last has grown older meanwhile: a number that stands still would look like a relay that works.
 */
export class BacklogWatch implements Disposable {
  readonly #source: Pick<RelaySource, 'outbox' | 'backlog'>
  readonly #clock: Clock
  #known: (Backlog & { readonly atMs: number }) | undefined
  #timer: Timer
  #isOver = false

  constructor(source: Pick<RelaySource, 'outbox' | 'backlog'>, clock: Clock) {
    this.#source = source
    this.#clock = clock
    this.#timer = this.#lookLater()
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    this.#timer.cancel()
  }

  #lookLater(): Timer {
    const look = (): void => {
      this.#timer = this.#lookLater()
      if (outboxBacklog.hasSubscribers) void this.#ask()
    }
    return runInContext(undefined, () => this.#clock.timer(everyMs, look, { background: true }))
  }

  async #ask(): Promise<void> {
    try {
      const backlog = await runCall({ parent: null, timeoutMs, clock: this.#clock }, () => this.#source.backlog())
      this.#known = { ...backlog, atMs: this.#clock.now() }
    } catch {
      // That the store is away is told by the relay.
    }
    this.#tell()
  }

  #tell(): void {
    if (this.#known === undefined || this.#isOver) return
    const { messages, oldestAgeMs, atMs } = this.#known
    const ageMs = oldestAgeMs === undefined ? 0 : oldestAgeMs + this.#clock.now() - atMs
    outboxBacklog.publish({ outbox: this.#source.outbox, messages, oldestAgeMs: ageMs })
  }
}
