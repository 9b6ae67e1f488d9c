/** What the bank says about a charge. `void` means that none was made under the key and none ever will be. */
export type BankOutcome =
  | { readonly kind: 'approved'; readonly reference: string; readonly brand: string; readonly last4: string }
  | { readonly kind: 'declined'; readonly code: string; readonly brand: string; readonly last4: string }
  | { readonly kind: 'void' }

export interface CardDetails {
  /** Digits only. */
  readonly number: string
  readonly expiryMonth: number
  readonly expiryYear: number
  readonly securityCode: string
}

export interface BankCharge {
  readonly amountMinor: number
  readonly currency: string
  readonly token: string
  readonly description: string
}

/**
 * The outside bank, as payments need it. Everything under one key happens at most once, however often it is asked.
 *
 * Each method throws `SHOP_BANK_UNAVAILABLE` when there is no answer in time or the bank is out of order: whether it
 * acted is then not known, and asking again under the same key finds out.
 */
export interface Bank {
  /**
   * Asks nothing of the bank. Returning promises nothing.
   * @throws SHOP_BANK_UNAVAILABLE while the bank is left alone, because it has been failing: whatever is asked would be
   * refused here, without the bank hearing of it. Also while others are finding out whether it is well again.
   */
  requireAvailable(): void
  tokenise(card: CardDetails): Promise<{ token: string; brand: string; last4: string }>
  charge(key: string, charge: BankCharge): Promise<BankOutcome>
  /** What became of the charge under this key; `undefined` when the bank has not heard of it so far. */
  find(key: string): Promise<BankOutcome | undefined>
  /**
   * Takes the key so that nothing can be charged under it any more, and says what it holds: `void`, or the charge
   * that came first. The bank decides which of a charge and a void that race was first.
   */
  void(key: string): Promise<BankOutcome>
  refund(key: string, refund: { chargeId: string; amountMinor: number }): Promise<void>
}
