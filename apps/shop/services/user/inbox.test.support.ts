import type { MessageHandler, OutboxMessage } from '@ashlar/sql/outbox'

/** Takes every message, and tells whoever asks for one. */
export class Inbox {
  readonly #messages = new Map<string, PromiseWithResolvers<OutboxMessage>>()

  readonly take: MessageHandler = async (message) => this.#entry(message.id).resolve(message)

  delivered(id: string): Promise<OutboxMessage> {
    return this.#entry(id).promise
  }

  #entry(id: string): PromiseWithResolvers<OutboxMessage> {
    const entry = this.#messages.get(id) ?? Promise.withResolvers<OutboxMessage>()
    this.#messages.set(id, entry)
    return entry
  }
}
