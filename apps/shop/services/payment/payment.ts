import type { Address } from '../shared/address.ts'
import type { Money } from '../shared/money.ts'

/** `VOID`: asked for, never charged, and never will be. */
export type PaymentStatus = 'PENDING' | 'CHARGED' | 'DECLINED' | 'REFUNDED' | 'VOID'

export interface InvoiceLine {
  readonly description: string
  readonly quantity: number
  readonly unitPrice: Money
  readonly lineTotal: Money
}

/** One request to the bank. Its id is the key it is made under, so that repeating it charges nothing twice. */
export interface Attempt {
  readonly id: string
  readonly cardToken: string
  readonly status: 'PENDING' | 'CHARGED' | 'DECLINED' | 'VOID'
  readonly createdAtMs: number
}

/** What a customer pays for an order. */
export interface Payment {
  readonly id: string
  readonly orderId: string
  readonly userId: string
  readonly status: PaymentStatus
  readonly amount: Money
  readonly lines: readonly InvoiceLine[]
  /** Who the invoice is made out to; unknown for payments from before it was asked for. */
  readonly address: Address | undefined
  /** Oldest first, never empty. Only the last may be pending or charged. */
  readonly attempts: readonly Attempt[]
  /** Empty unless the last attempt was declined. */
  readonly declineCode: string
  /** Empty until the bank has answered. */
  readonly cardBrand: string
  readonly cardLast4: string
  /** The bank's id of the charge; empty unless charged. */
  readonly bankReference: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** An invoice before it has its number, which is given when it is stored. */
export interface InvoiceDraft {
  readonly id: string
  readonly orderId: string
  readonly userId: string
  readonly lines: readonly InvoiceLine[]
  readonly total: Money
  readonly address: Address | undefined
  readonly issuedAtMs: number
  readonly refundedAtMs: number | undefined
}

export interface Invoice extends InvoiceDraft {
  /** Dense and increasing within its year: "2026-000042". */
  readonly number: string
}

/** All that is known about the money of one order. */
export interface Account {
  readonly orderId: string
  /** A refund was asked for: nothing is charged for this order from then on, even if it never was before. */
  readonly isClosed: boolean
  readonly payment: Payment | undefined
  readonly invoice: Invoice | undefined
}

export function lastAttempt(payment: Payment): Attempt {
  return payment.attempts.at(-1) as Attempt
}
