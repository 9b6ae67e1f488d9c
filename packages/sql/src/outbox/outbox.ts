import type { Closeable } from '@ashlar/kernel'
import type { NewMessage, OutboxMessage, ParkedMessage } from './message.ts'

/** What the handler of a message is told besides. */
export interface Delivery {
  /** 1 for the first; a delivery that a crash kept from being recorded is not counted. */
  readonly attempt: number
  /** Aborts when the time is up, when another process relays now, or when the relay closes. */
  readonly signal: AbortSignal
}

/**
 * Passes a message on. Resolves when it has been received; what it throws is the reason to try again. Runs as a call of
 * its own, in the trace of the call that put the message.
 */
export type MessageHandler = (message: OutboxMessage, delivery: Delivery) => Promise<void>

export interface RelayOptions {
  /**
   * How many messages are fetched at a time. At most this many times `concurrency` are held in memory, or delivered
   * again when the process dies. @default 100
   */
  readonly batchItems?: number
  /** How many keys are worked on at a time: as many handlers that are slow at once hold up all others. @default 8 */
  readonly concurrency?: number
  /** How long a handler may take; then its signal aborts, and that was an attempt. @default 30_000 */
  readonly timeoutMs?: number
  /** Attempts in total, after which a message is parked. @default 10 */
  readonly maxAttempts?: number
  /** The delay after attempt n is uniform in the upper half of [0, min(maxDelayMs, baseDelayMs * 2^(n-1))]. @default 100 */
  readonly baseDelayMs?: number
  /** @default 60_000 */
  readonly maxDelayMs?: number
}

/**
 * Messages that are sent if, and only if, the transaction that they are part of commits. `Tx` is the transaction of the
 * store that they are kept in: the one that the caller writes to.
 */
export interface Outbox<Tx> {
  /**
   * Adds messages to the transaction. Transactions that put under the same key wait for each other, from here until
   * they end; two that do so for several keys, in several puts and another order, may deadlock, and one is then to be
   * run again.
   * @throws {RangeError} for more than 1,000 messages.
   * @throws {UniqueViolationError} when a message of that id waits already.
   */
  put(transaction: Tx, messages: readonly NewMessage[]): Promise<void>
  /**
   * Delivers messages until it is closed: each at least once, those of one key in order and one at a time. One that
   * fails is tried again later, and holds back those of its key; in the end it is parked. However many processes relay
   * an outbox, one does at a time. To close it is to give up what handlers are doing; drain it first, and it is kept.
   * @throws {RangeError} for bounds that make no sense.
   */
  relay(handler: MessageHandler, options?: RelayOptions): Closeable
  /** Those that wait for a person, oldest first. @param limit 100 when absent. */
  parked(limit?: number): Promise<ParkedMessage[]>
  /** Delivers a parked message as if it were new. @returns Whether there was one. */
  redrive(id: string): Promise<boolean>
  /** Removes a parked message for good, and lets those after it go on. @returns Whether there was one. */
  discard(id: string): Promise<boolean>
}
