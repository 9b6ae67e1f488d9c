import type { Change } from './decide.ts'
import type { Account } from './payment.ts'

/** An attempt that the bank was asked about and that has no outcome yet. */
export interface OpenAttempt {
  readonly id: string
  readonly orderId: string
  readonly createdAtMs: number
}

/** Where accounts are kept. */
export interface PaymentRepository {
  /** The order's account; an empty one for an order never heard of. */
  find(orderId: string): Promise<Account>
  /** Whether anything was ever stored for the order. What is being stored just now may be missed. */
  isKnown(orderId: string): Promise<boolean>
  /**
   * Changes one account: reads it, lets `decide` say what becomes of it, and stores that, all in one transaction, one
   * change per order at a time. An issued invoice gets the next number of its year in the same transaction, so numbers
   * have no gaps. When `decide` throws, nothing is stored.
   * @returns what `decide` gave as result.
   */
  change<T>(orderId: string, decide: (account: Account) => Change<T>): Promise<T>
  /** Pending attempts that are due for a look at the bank, longest overdue first. */
  dueAttempts(page: { nowMs: number; limit: number }): Promise<OpenAttempt[]>
  /** Puts the next look off. */
  deferAttempt(attemptId: string, untilMs: number): Promise<void>
}

/** How old a pending attempt is before anybody but its own caller asks the bank about it. */
export const firstLookMs = 5_000
