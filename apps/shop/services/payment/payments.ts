import type { Clock } from '@ashlar/kernel'
import type { Log } from '../shared/log.ts'
import { refusal } from '../shared/shop-errors.ts'
import type { Bank, BankOutcome, CardDetails } from './bank.ts'
import {
  decideCharge,
  decideClose,
  decideOutcome,
  decideRefunded,
  type Change,
  type ChargeCommand,
  type ChargeStep,
  type Moment,
} from './decide.ts'
import { PaymentClosedError, paymentNotFound } from './errors.ts'
import { renderInvoice } from './invoice-page.ts'
import { lastAttempt, type Account, type Attempt, type Invoice, type Payment } from './payment.ts'
import type { PaymentRepository } from './repository.ts'

export interface PaymentsOptions {
  readonly repository: PaymentRepository
  readonly bank: Bank
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Log
}

/**
 * Takes and gives back money, once per order.
 *
 * Every request to the bank is written down before it is made and its outcome after, each in a transaction of its own.
 * Dying in between leaves a pending attempt, which whoever comes next asks about under the same key.
 */
export class Payments {
  readonly #options: PaymentsOptions

  constructor(options: PaymentsOptions) {
    this.#options = options
  }

  /** Hands a card to the bank. Nothing about it is stored or logged here. */
  async createCardToken(card: CardDetails): Promise<{ token: string; brand: string; last4: string }> {
    return this.#options.bank.tokenise(card)
  }

  /**
   * Charges the order, or says what came of it before. See {@link decideCharge}.
   * @throws SHOP_BANK_UNAVAILABLE when the outcome is not known: the payment stays pending. Also when the bank is left
   * alone at the moment: then nothing new is begun.
   * @param how `isFirst` promises that nobody has asked for it before.
   */
  async charge(command: ChargeCommand, how: { readonly isFirst: boolean } = { isFirst: false }): Promise<Payment> {
    const { repository } = this.#options
    await this.#refuseEarly(command.orderId, how.isFirst)
    for (;;) {
      const step = await repository.change(command.orderId, (account) => this.#decideCharge(account, command))
      if (step.kind === 'settled') return step.payment
      const settled = await this.#ask(step.payment, step.attempt)
      // An earlier card's attempt was still open and came out declined: now it is the turn of the card at hand.
      const isOtherCard = step.attempt.cardToken !== command.cardToken && settled.status === 'DECLINED'
      if (isOtherCard) continue
      // A refund that came in between has the last word.
      if (settled.status !== 'CHARGED' && settled.status !== 'DECLINED') throw new PaymentClosedError()
      return settled
    }
  }

  /**
   * Gives back what was charged for the order and bars it from being charged later. `undefined` where nothing was.
   * @throws SHOP_BANK_UNAVAILABLE when the bank does not answer; asking again goes on from there.
   */
  async refund(orderId: string, reason: string): Promise<Payment | undefined> {
    const { repository, bank, log } = this.#options
    // First no new attempt can begin; then the open one, if any, is decided. In this order nothing slips through.
    const known = await repository.change(orderId, decideClose)
    const payment = known?.status === 'PENDING' ? await this.#voidOpenAttempt(known) : known
    if (payment?.status === 'REFUNDED') return payment
    if (payment?.status !== 'CHARGED') return undefined
    const { amountMinor } = payment.amount
    await bank.refund(`refund-${payment.id}`, { chargeId: payment.bankReference, amountMinor })
    const { payment: refunded, isNews } = await repository.change(orderId, (account) =>
      decideRefunded(account, this.#moment()),
    )
    if (isNews) log.info({ ...facts(refunded), reason }, 'payment refunded')
    return refunded
  }

  /** @throws SHOP_PAYMENT_NOT_FOUND when the order was never charged. */
  async getPayment(orderId: string): Promise<Payment> {
    const { payment } = await this.#options.repository.find(orderId)
    if (payment === undefined || payment.status === 'VOID') throw paymentNotFound()
    return payment
  }

  /** @throws SHOP_INVOICE_NOT_FOUND until the order is charged, and to everybody but its customer. */
  async getInvoice(orderId: string, userId: string): Promise<Invoice> {
    return (await this.#invoiced(orderId, userId)).invoice
  }

  /** The invoice as a page of HTML. @throws SHOP_INVOICE_NOT_FOUND like {@link getInvoice}. */
  async renderInvoice(orderId: string, userId: string): Promise<string> {
    const { invoice, payment } = await this.#invoiced(orderId, userId)
    return renderInvoice(invoice, payment)
  }

  /** Notes what the bank said, and says it in the log once. */
  async recordOutcome(orderId: string, attemptId: string, outcome: BankOutcome): Promise<Payment> {
    const { repository, log } = this.#options
    const { payment, isNews } = await repository.change(orderId, (account) =>
      decideOutcome(account, attemptId, outcome, this.#moment()),
    )
    if (isNews) log.info({ ...facts(payment), declineCode: payment.declineCode }, `payment ${words[outcome.kind]}`)
    return payment
  }

  async #invoiced(orderId: string, userId: string): Promise<{ invoice: Invoice; payment: Payment }> {
    const { invoice, payment } = await this.#options.repository.find(orderId)
    if (invoice?.userId !== userId || payment === undefined) {
      throw refusal('SHOP_INVOICE_NOT_FOUND', 'there is no invoice for this order')
    }
    return { invoice, payment }
  }

  /**
   * While the bank is left alone, an order that nothing was ever stored for is refused by one read, and by none where its
   * caller knows that it is the first: most of what comes then is, and a transaction each would keep the others waiting.
   */
  async #refuseEarly(orderId: string, isFirst: boolean): Promise<void> {
    const { repository, bank } = this.#options
    try {
      bank.requireAvailable()
    } catch (refused) {
      if (isFirst || !(await repository.isKnown(orderId))) throw refused
    }
  }

  /** Where it is known that the bank will not be asked, no attempt is noted: there would be nothing to find out about it. */
  #decideCharge(account: Account, command: ChargeCommand): Change<ChargeStep> {
    const change = decideCharge(account, command, this.#moment())
    const isNewAttempt = change.account !== account
    if (isNewAttempt) this.#options.bank.requireAvailable()
    return change
  }

  async #ask(payment: Payment, attempt: Attempt): Promise<Payment> {
    const outcome = await this.#options.bank.charge(attempt.id, {
      amountMinor: payment.amount.amountMinor,
      currency: payment.amount.currency,
      token: attempt.cardToken,
      description: `Order ${payment.orderId}`,
    })
    return this.recordOutcome(payment.orderId, attempt.id, outcome)
  }

  /**
   * Decides an attempt that nobody knows the outcome of, without ever charging.
   *
   * Asking whether the bank has the charge would not do: the request may still be on its way and arrive after the
   * "no". So the key is voided: the bank enters either the charge or the void under it, whichever comes first, and
   * tells everybody the same from then on.
   */
  async #voidOpenAttempt(payment: Payment): Promise<Payment> {
    const attempt = lastAttempt(payment)
    return this.recordOutcome(payment.orderId, attempt.id, await this.#options.bank.void(attempt.id))
  }

  #moment(): Moment {
    const { clock, newId } = this.#options
    return { nowMs: clock.wall(), newId }
  }
}

const words = { approved: 'charged', declined: 'declined', void: 'voided' } as const

function facts({ id, orderId, amount }: Payment): Record<string, unknown> {
  return { orderId, paymentId: id, amountMinor: amount.amountMinor, currency: amount.currency }
}
