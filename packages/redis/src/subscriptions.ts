import type { Connection } from './connection.ts'
import { Hearer, type Hearing, type Listener } from './listener.ts'

export type SubscriptionEvent = Hearing | { readonly kind: 'message'; readonly message: string }

interface Channel {
  readonly hearers: Set<Hearer<SubscriptionEvent>>
  readonly deliver: (message: string) => void
}

/** Who listens to which channel, restored on each connection. */
export class Subscriptions {
  readonly #channels = new Map<string, Channel>()
  #connection: Connection | undefined

  add(name: string, listener: Listener<SubscriptionEvent>): Hearer<SubscriptionEvent> {
    const hearer = new Hearer<SubscriptionEvent>(name, listener)
    let channel = this.#channels.get(name)
    if (channel === undefined) this.#channels.set(name, (channel = newChannel()))
    channel.hearers.add(hearer)
    if (this.#connection !== undefined) this.#join(this.#connection, name, channel).catch(() => undefined)
    return hearer
  }

  remove(hearer: Hearer<SubscriptionEvent>): void {
    hearer.end()
    const name = hearer.subject
    const channel = this.#channels.get(name)
    if (channel?.hearers.delete(hearer) !== true || channel.hearers.size > 0) return
    this.#channels.delete(name)
    this.#connection?.unsubscribe(name, channel.deliver).catch(() => undefined)
  }

  async connected(connection: Connection): Promise<void> {
    this.#connection = connection
    await Promise.all([...this.#channels].map(([name, channel]) => this.#join(connection, name, channel)))
  }

  lost(): void {
    this.#connection = undefined
    for (const { hearers } of this.#channels.values()) for (const hearer of hearers) hearer.lose()
  }

  async #join(connection: Connection, name: string, channel: Channel): Promise<void> {
    try {
      await connection.subscribe(name, channel.deliver)
    } catch (error) {
      // Without this channel the connection is of no use; on the next one it is asked for again.
      connection.abandon(error)
      throw error
    }
    if (this.#connection !== connection) return
    for (const hearer of channel.hearers) hearer.hear()
  }
}

function newChannel(): Channel {
  const hearers = new Set<Hearer<SubscriptionEvent>>()
  return {
    hearers,
    deliver(message) {
      for (const hearer of hearers) {
        // A message that comes with the answer to the subscription is heard of first.
        hearer.hear()
        hearer.tell({ kind: 'message', message })
      }
    },
  }
}
