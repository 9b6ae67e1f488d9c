import type { SseEvent } from '@ashlar/http'

/** What the stream tells of. */
export const feedKinds = ['spans', 'logs', 'metrics'] as const

export type FeedKind = (typeof feedKinds)[number]

// One that is further behind than this is too slow: it comes back and asks for what it has missed.
const maxWaiting = 256
const maxListeners = 64

/** Passes on what arrives to those who watch. Costs nothing while nobody does; nobody who is slow is waited for. */
export class LiveFeed {
  readonly #listeners = new Set<Listener>()
  #dropped = 0

  get stats(): { readonly listeners: number; readonly droppedListeners: number } {
    return { listeners: this.#listeners.size, droppedListeners: this.#dropped }
  }

  /** Whether one more may listen. */
  get hasRoom(): boolean {
    return this.#listeners.size < maxListeners
  }

  isWanted(kind: FeedKind): boolean {
    for (const listener of this.#listeners) if (listener.kinds.has(kind)) return true
    return false
  }

  publish(kind: FeedKind, id: number, data: unknown): void {
    const event = { event: kind, id: String(id), data: JSON.stringify(data) }
    for (const listener of this.#listeners) if (listener.kinds.has(kind)) listener.push(event)
  }

  /**
   * The events of these kinds from now on.
   * @param isLeaving whether a client that ends has gone by itself; one that has not was too slow.
   */
  listen(kinds: ReadonlySet<FeedKind>, isLeaving: () => boolean): AsyncIterable<SseEvent> {
    const listener = new Listener(kinds, () => {
      if (this.#listeners.delete(listener) && !isLeaving()) this.#dropped += 1
    })
    this.#listeners.add(listener)
    return listener
  }
}

/** What waits for one client. */
class Listener implements AsyncIterable<SseEvent>, AsyncIterator<SseEvent> {
  readonly kinds: ReadonlySet<FeedKind>
  readonly #onEnd: () => void
  #waiting: SseEvent[] = []
  #settle: ((result: IteratorResult<SseEvent>) => void) | undefined
  #isOver = false

  constructor(kinds: ReadonlySet<FeedKind>, onEnd: () => void) {
    this.kinds = kinds
    this.#onEnd = onEnd
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  push(event: SseEvent): void {
    if (this.#settle !== undefined) {
      this.#settle({ done: false, value: event })
      this.#settle = undefined
    } else if (this.#waiting.length < maxWaiting) this.#waiting.push(event)
    else void this.return()
  }

  next(): Promise<IteratorResult<SseEvent>> {
    const value = this.#waiting.shift()
    if (value !== undefined) return Promise.resolve({ done: false, value })
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => (this.#settle = resolve))
  }

  return(): Promise<IteratorResult<SseEvent>> {
    this.#isOver = true
    this.#waiting = []
    this.#onEnd()
    this.#settle?.({ done: true, value: undefined })
    this.#settle = undefined
    return Promise.resolve({ done: true, value: undefined })
  }
}
