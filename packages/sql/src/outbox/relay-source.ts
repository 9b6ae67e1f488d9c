import type { OutboxMessage } from './message.ts'

/** A message as it is stored. */
export interface StoredMessage {
  readonly position: number
  readonly attempts: number
  readonly message: OutboxMessage
}

/** One that was not taken. */
export interface FailedDelivery {
  readonly position: number
  readonly error: string
  readonly delayMs: number
  readonly parked: boolean
}

/** What a relay is to do now. */
export interface Turn {
  readonly messages: readonly StoredMessage[]
  readonly signal: AbortSignal
  /** Without messages: in how long the first of those that failed is due. */
  readonly dueInMs?: number | undefined
}

/** Where a relay finds messages, and records what became of them. */
export interface RelaySource {
  readonly outbox: string
  /**
   * Those whose turn it is, in order; none when it is another process that relays. The signal aborts when it becomes
   * another.
   */
  next(limit: number): Promise<Turn>
  /** All of it, or nothing and an error. */
  settle(delivered: readonly number[], failed: readonly FailedDelivery[]): Promise<void>
  /** Calls `look` whenever there may be something new. */
  subscribe(look: () => void): Disposable
  close(): Promise<void>
}
