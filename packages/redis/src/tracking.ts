import type { Connection } from './connection.ts'
import { Hearer, type Hearing, type Listener } from './listener.ts'

export type TrackingEvent =
  | Hearing
  /** The key was written, deleted, or has expired: by whomever, this process included. */
  | { readonly kind: 'changed'; readonly key: string }
  /** Any key may have changed: Redis was emptied, or what is tracked was arranged anew. */
  | { readonly kind: 'all' }

/**
 * Who is told of changes to which keys, restored on each connection. By key prefix ("broadcasting"): the server keeps no
 * list of who has read what, so nothing is forgotten there when it is full.
 */
export class Tracking {
  readonly #hearers = new Set<Hearer<TrackingEvent>>()
  #connection: Connection | undefined
  /** What the server tracks for the connection; `undefined` where that is not known. */
  #tracked: readonly string[] | undefined
  #arranging: Promise<void> | undefined

  add(prefix: string, listener: Listener<TrackingEvent>): Hearer<TrackingEvent> {
    const hearer = new Hearer<TrackingEvent>(prefix, listener)
    this.#hearers.add(hearer)
    this.#rearrange()
    return hearer
  }

  remove(hearer: Hearer<TrackingEvent>): void {
    hearer.end()
    if (this.#hearers.delete(hearer)) this.#rearrange()
  }

  async connected(connection: Connection): Promise<void> {
    // What was under way for the last connection fails with it, and must not be taken for this one's.
    await this.#arranging?.catch(() => undefined)
    this.#connection = connection
    await this.#arrange()
  }

  lost(): void {
    this.#connection = undefined
    this.#tracked = undefined
    for (const hearer of this.#hearers) hearer.lose()
  }

  changed(key: string | null): void {
    for (const hearer of this.#hearers) {
      if (key === null) hearer.tell({ kind: 'all' })
      else if (key.startsWith(hearer.subject)) hearer.tell({ kind: 'changed', key })
    }
  }

  #rearrange(): void {
    const connection = this.#connection
    if (connection === undefined) return
    // Without its tracking the connection is of no use; on the next one it is asked for again.
    this.#arrange().catch((error: unknown) => connection.abandon(error))
  }

  async #arrange(): Promise<void> {
    while (this.#connection !== undefined) {
      if (this.#arranging === undefined) {
        this.#arranging = this.#apply(this.#connection).finally(() => (this.#arranging = undefined))
        return this.#arranging
      }
      await this.#arranging
    }
  }

  async #apply(connection: Connection): Promise<void> {
    const hearers = [...this.#hearers]
    const wanted = shortest(hearers.map(({ subject }) => subject))
    const before = this.#tracked
    const isAddition = before?.every((prefix) => wanted.includes(prefix)) ?? false
    const added = isAddition ? wanted.filter((prefix) => before?.includes(prefix) !== true) : wanted
    const commands = [
      ...(isAddition ? [] : [['CLIENT', 'TRACKING', 'OFF']]),
      ...(added.length === 0
        ? []
        : [['CLIENT', 'TRACKING', 'ON', 'BCAST', ...added.flatMap((one) => ['PREFIX', one])]]),
    ]
    await Promise.all(commands.map((command) => connection.send(command)))
    if (this.#connection !== connection) return
    this.#tracked = wanted
    // Nothing was tracked for a moment.
    if (!isAddition) this.changed(null)
    for (const hearer of hearers) hearer.hear()
  }
}

/** Without those that begin with another: the server refuses prefixes that overlap. */
function shortest(prefixes: readonly string[]): readonly string[] {
  const found = [...new Set(prefixes)]
  return found.filter((prefix) => !found.some((other) => other !== prefix && prefix.startsWith(other)))
}
