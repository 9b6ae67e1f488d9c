import { redisListenerFailed } from './events.ts'

/** May be called again before a promise it returned has settled. */
export type Listener<Event> = (event: Event) => void | Promise<void>

/** What is told of a connection, besides what comes over it. */
export type Hearing =
  /** From now on all is told; what came before, the first time too, may have been missed. */
  | { readonly kind: 'listening' }
  /** From now on something may be missed, until `listening` is told again. */
  | { readonly kind: 'lost' }

/** Somebody who listens until disposed of. */
export class Hearer<Event> {
  /** The channel or the key prefix. */
  readonly subject: string
  readonly #listener: Listener<Event | Hearing>
  #isListening = false
  #isOver = false

  constructor(subject: string, listener: Listener<Event | Hearing>) {
    this.subject = subject
    this.#listener = listener
  }

  /** Whether nothing is missed at the moment. */
  get listening(): boolean {
    return this.#isListening
  }

  hear(): void {
    if (this.#isListening || this.#isOver) return
    this.#isListening = true
    this.#call({ kind: 'listening' })
  }

  lose(): void {
    if (!this.#isListening) return
    this.#isListening = false
    this.#call({ kind: 'lost' })
  }

  tell(event: Event): void {
    if (this.#isListening) this.#call(event)
  }

  end(): void {
    this.#isOver = true
    this.#isListening = false
  }

  // What it throws must not reach the client, which is in the middle of reading its socket.
  #call(event: Event | Hearing): void {
    try {
      this.#listener(event)?.catch((error: unknown) => this.#failed(error))
    } catch (error) {
      this.#failed(error)
    }
  }

  #failed(error: unknown): void {
    if (redisListenerFailed.hasSubscribers) redisListenerFailed.publish({ subject: this.subject, error })
  }
}
