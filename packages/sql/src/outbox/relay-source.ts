import type { OutboxMessage } from './message.ts'

/** A message as it is stored. */
export interface StoredMessage {
  readonly position: number
  /** How many attempts at it have failed. */
  readonly attempts: number
  readonly message: OutboxMessage
}

/** One that was not taken. */
export interface FailedDelivery {
  readonly position: number
  /** Which attempt it was, from 1. */
  readonly attempt: number
  readonly error: string
  readonly delayMs: number
  readonly parked: boolean
}

/** What there is to do. */
export interface Found {
  /** In order within each key; of each key the first ones, none left out. */
  readonly messages: readonly StoredMessage[]
  /** Without messages: in how long the first of those that failed, of other keys than the excepted ones, is due. */
  readonly dueInMs?: number | undefined
}

/** The right to relay, alone, until its signal aborts. */
export interface Turn {
  readonly signal: AbortSignal
  /** Those whose time has come, of other keys than these. */
  next(limit: number, exceptKeys: readonly string[]): Promise<Found>
  /** Records all of it, or nothing and an error; again after an error, it has no effect that it has had already. */
  settle(delivered: readonly number[], failed: readonly FailedDelivery[]): Promise<void>
}

/** Messages of one outbox are counted up to here: counting on would make a long queue longer. */
export const maxCounted = 10_000

/**
 * What waits for a relay. Not what is parked, nor what its key holds back: that waits for a person, and is not late by
 * anything that a relay could do.
 */
export interface Backlog {
  /** Up to `maxCounted`. */
  readonly messages: number
  /** Milliseconds since the first of them was put; `undefined` when there are none. */
  readonly oldestAgeMs: number | undefined
}

/** Where a relay finds messages, and records what became of them. */
export interface RelaySource {
  readonly outbox: string
  /** The turn of this relay, new when the last one has ended; `undefined` while it is another's. */
  turn(): Promise<Turn | undefined>
  /** Calls `look` whenever there may be something new. */
  subscribe(look: () => void): Disposable
  /** Whoever's turn it is. */
  backlog(): Promise<Backlog>
  close(): Promise<void>
}
