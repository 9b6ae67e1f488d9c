import { randomToken, type Clock, type Random } from '@ashlar/kernel'
import { brandOf, outcomeOf } from './cards.ts'
import { BankChargeNotFoundError, BankKeyReusedError, BankKeyVoidError, BankRefundTooLargeError } from './errors.ts'
import type { Charge, LedgerEntry, LedgerRepository, Refund } from './repository.ts'

export interface ChargeOrder {
  readonly amountMinor: number
  readonly currency: string
  readonly token: string
  readonly description: string
}

export interface BankOptions {
  readonly ledger: LedgerRepository
  readonly clock: Clock
  readonly random: Random
  readonly newId: () => string
}

/**
 * The outside bank's own business: tokens for cards, charges, refunds. Every change of the books is made once per
 * merchant's key, whoever repeats it and however many do so at once.
 */
export class Bank {
  readonly #options: BankOptions

  constructor(options: BankOptions) {
    this.#options = options
  }

  /** A token for the card. What is kept is brand, last four digits and how charges will come out. */
  async tokenise(number: string): Promise<{ token: string; brand: string; last4: string }> {
    const token = `card_${randomToken(this.#options.random, 18)}`
    const card = { token, brand: brandOf(number), last4: number.slice(-4), outcome: outcomeOf(number) }
    await this.#options.ledger.saveCard(card)
    return { token, brand: card.brand, last4: card.last4 }
  }

  /**
   * Charges the card once per key. A decline is an answer like an approval, and stays one.
   * @throws {BankKeyReusedError} when the key was used with another body.
   * @throws {BankKeyVoidError} when the key was voided.
   */
  async charge(key: string, order: ChargeOrder, declineAll: boolean): Promise<Charge> {
    const { ledger, clock, newId } = this.#options
    const card = await ledger.findCard(order.token)
    const outcome = declineAll ? 'CARD_DECLINED' : (card?.outcome ?? 'INVALID_TOKEN')
    const entered = await ledger.enterCharge({
      ...order,
      id: newId(),
      key,
      status: outcome === 'APPROVED' ? 'approved' : 'declined',
      declineCode: outcome === 'APPROVED' ? undefined : outcome,
      brand: card?.brand ?? '',
      last4: card?.last4 ?? '',
      createdAtMs: clock.wall(),
    })
    if (entered.status === 'void') throw new BankKeyVoidError(key)
    if (!sameOrder(entered, order)) throw new BankKeyReusedError(key)
    return entered
  }

  /**
   * Makes sure that the key is never charged from now on: takes the key where it is free, and returns the charge
   * where one came first. What a merchant calls who never got an answer and no longer wants the charge.
   */
  async voidKey(key: string): Promise<Charge> {
    const { ledger, clock, newId } = this.#options
    return ledger.enterCharge({
      id: newId(),
      key,
      status: 'void',
      declineCode: undefined,
      amountMinor: 0,
      currency: '',
      token: '',
      description: '',
      brand: '',
      last4: '',
      createdAtMs: clock.wall(),
    })
  }

  async findCharge(key: string): Promise<Charge> {
    const charge = await this.#options.ledger.findCharge(key)
    if (charge === undefined) throw new BankChargeNotFoundError()
    return charge
  }

  /**
   * Gives back all or a part of an approved charge, once per key.
   * @throws {BankChargeNotFoundError} {BankRefundTooLargeError} {BankKeyReusedError}
   */
  async refund(key: string, order: { chargeId: string; amountMinor: number }): Promise<Refund> {
    const { ledger, clock, newId } = this.#options
    const result = await ledger.enterRefund({ ...order, id: newId(), key, createdAtMs: clock.wall() })
    if (result.kind === 'no-charge') throw new BankChargeNotFoundError()
    if (result.kind === 'too-large') throw new BankRefundTooLargeError(result.leftMinor)
    const { refund } = result
    if (refund.chargeId !== order.chargeId || refund.amountMinor !== order.amountMinor) {
      throw new BankKeyReusedError(key)
    }
    return refund
  }

  async entries(page: { after: number; limit: number; key?: string | undefined }): Promise<LedgerEntry[]> {
    return this.#options.ledger.entries(page)
  }
}

function sameOrder(charge: Charge, order: ChargeOrder): boolean {
  return (
    charge.amountMinor === order.amountMinor &&
    charge.currency === order.currency &&
    charge.token === order.token &&
    charge.description === order.description
  )
}
