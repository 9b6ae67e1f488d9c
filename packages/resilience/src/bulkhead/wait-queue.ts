/** One who waits. Its links belong to the queue. */
export interface Waiter {
  readonly priority: number
  previous: Waiter | undefined
  next: Waiter | undefined
  queued: boolean
  /** The slot is the waiter's from here on. */
  admit(): void
}

/**
 * Who waits for a slot, by priority, then in the order of arrival or against it. Joining is O(number of priorities in
 * use), leaving and taking are O(1) and O(number of priorities in use).
 */
export class WaitQueue {
  length = 0
  readonly #order: 'fifo' | 'lifo'
  readonly #lanes = new Map<number, { first: Waiter | undefined; last: Waiter | undefined }>()
  /** In use, the highest first. */
  #priorities: number[] = []

  constructor(order: 'fifo' | 'lifo') {
    this.#order = order
  }

  join(waiter: Waiter): void {
    let lane = this.#lanes.get(waiter.priority)
    if (lane === undefined) {
      lane = { first: undefined, last: undefined }
      this.#lanes.set(waiter.priority, lane)
      this.#priorities = [...this.#priorities, waiter.priority].sort((a, b) => b - a)
    }
    const { last } = lane
    waiter.previous = last
    if (last === undefined) lane.first = waiter
    else last.next = waiter
    lane.last = waiter
    waiter.queued = true
    this.length++
  }

  leave(waiter: Waiter): void {
    if (!waiter.queued) return
    const lane = this.#lanes.get(waiter.priority)!
    const { previous, next } = waiter
    if (previous === undefined) lane.first = next
    else previous.next = next
    if (next === undefined) lane.last = previous
    else next.previous = previous
    waiter.previous = waiter.next = undefined
    waiter.queued = false
    this.length--
    if (lane.first !== undefined) return
    this.#lanes.delete(waiter.priority)
    this.#priorities = this.#priorities.filter((priority) => priority !== waiter.priority)
  }

  /** Takes out whose turn it is. */
  take(): Waiter | undefined {
    return this.#take(this.#priorities[0], this.#order === 'fifo')
  }

  /** Takes out who would have waited longest for a turn: the last of the lowest priority. */
  takeLeast(): Waiter | undefined {
    return this.#take(this.#priorities.at(-1), this.#order === 'lifo')
  }

  /** The lowest priority that waits; `undefined` when nobody does. */
  get least(): number | undefined {
    return this.#priorities.at(-1)
  }

  #take(priority: number | undefined, first: boolean): Waiter | undefined {
    if (priority === undefined) return undefined
    const lane = this.#lanes.get(priority)!
    const waiter = (first ? lane.first : lane.last)!
    this.leave(waiter)
    return waiter
  }
}
