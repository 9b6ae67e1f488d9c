import type { Card } from './cards.ts'

/** An entry under a merchant's key: a charge, or the promise that there will never be one. */
export interface Charge {
  readonly id: string
  /** The merchant's Idempotency-Key. */
  readonly key: string
  readonly status: 'approved' | 'declined' | 'void'
  readonly declineCode: string | undefined
  readonly amountMinor: number
  readonly currency: string
  readonly token: string
  readonly description: string
  readonly brand: string
  readonly last4: string
  readonly createdAtMs: number
}

export interface Refund {
  readonly id: string
  readonly key: string
  readonly chargeId: string
  readonly amountMinor: number
  readonly createdAtMs: number
}

export type LedgerEntry =
  | { readonly kind: 'charge'; readonly position: number; readonly charge: Charge }
  | { readonly kind: 'refund'; readonly position: number; readonly refund: Refund }

export type RefundResult =
  | { readonly kind: 'entered'; readonly refund: Refund }
  | { readonly kind: 'no-charge' }
  | { readonly kind: 'too-large'; readonly leftMinor: number }

/** The bank's books. Entries are added and never changed. */
export interface LedgerRepository {
  saveCard(card: Card): Promise<void>
  findCard(token: string): Promise<Card | undefined>
  /**
   * Enters `charge` unless its key is taken, and returns the entry that holds the key. Of several callers with one
   * key, one enters and all get the same entry.
   */
  enterCharge(charge: Charge): Promise<Charge>
  findCharge(key: string): Promise<Charge | undefined>
  /**
   * Enters `refund` unless its key is taken, and returns the refund that holds the key. All refunds of a charge
   * together never exceed it, however many are entered at once.
   */
  enterRefund(refund: Refund): Promise<RefundResult>
  /** Entries after `position`, oldest first; with `key`, only that charge and its refunds. */
  entries(page: { after: number; limit: number; key?: string | undefined }): Promise<LedgerEntry[]>
}
