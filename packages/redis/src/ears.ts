import type { Connection } from './connection.ts'
import type { Driver } from './driver.ts'
import type { Hearer } from './listener.ts'
import { Link, type LinkOptions, type LinkUser } from './link.ts'
import { Subscriptions } from './subscriptions.ts'
import type { Target } from './target.ts'
import { Tracking } from './tracking.ts'

/** The connection for what Redis says unasked: made when somebody listens, kept up from then on. */
export class Ears implements LinkUser {
  readonly subscriptions: Subscriptions = new Subscriptions()
  readonly tracking: Tracking = new Tracking()
  readonly #link: Link

  constructor(driver: Driver, target: Target, options: LinkOptions) {
    this.#link = new Link(driver, target, options, this)
  }

  start(): void {
    void this.#link.start()
  }

  async connected(connection: Connection): Promise<void> {
    await Promise.all([this.subscriptions.connected(connection), this.tracking.connected(connection)])
  }

  lost(): void {
    this.subscriptions.lost()
    this.tracking.lost()
  }

  changed(key: string | null): void {
    this.tracking.changed(key)
  }

  close(withinMs: number): Promise<void> {
    return this.#link.close(withinMs)
  }
}

/** Somebody's place among those who listen; left by disposing of it, once. */
export function placeOf<Event>(hearer: Hearer<Event>, leave: (hearer: Hearer<Event>) => void): Subscription {
  return {
    get listening() {
      return hearer.listening
    },
    [Symbol.dispose]: () => leave(hearer),
  }
}

export interface Subscription extends Disposable {
  /** Whether nothing is missed at the moment. */
  readonly listening: boolean
}
