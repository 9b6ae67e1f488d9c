import type { Address } from '../shared/address.ts'
import type { Money } from '../shared/money.ts'
import { refusal } from '../shared/shop-errors.ts'
import type { BankOutcome } from './bank.ts'
import { PaymentClosedError } from './errors.ts'
import {
  lastAttempt,
  type Account,
  type Attempt,
  type InvoiceDraft,
  type InvoiceLine,
  type Payment,
} from './payment.ts'

export interface ChargeCommand {
  readonly orderId: string
  readonly userId: string
  readonly amount: Money
  readonly cardToken: string
  readonly lines: readonly InvoiceLine[]
  readonly address: Address | undefined
}

/** What to store, and what it means to whoever asked. */
export interface Change<T> {
  /** The same object when nothing changes. */
  readonly account: Account
  /** Stored together with the account, under the next number of its year. */
  readonly issue?: InvoiceDraft
  readonly result: T
}

/** The moment and the identity of what is decided: passed in, so that deciding is pure. */
export interface Moment {
  readonly nowMs: number
  newId(): string
}

export type ChargeStep =
  | { readonly kind: 'settled'; readonly payment: Payment }
  /** Ask the bank, under the attempt's id. */
  | { readonly kind: 'ask'; readonly payment: Payment; readonly attempt: Attempt }

/**
 * What a request to charge comes to, before the bank is asked.
 *
 * An attempt whose outcome is not known is asked about again under its own key, whichever card the caller comes with
 * now: a second key could charge twice.
 * @throws {PaymentClosedError} after a refund was asked for.
 * @throws SHOP_IDEMPOTENCY_KEY_REUSED when the order was charged with another amount or for another customer.
 */
export function decideCharge(account: Account, command: ChargeCommand, moment: Moment): Change<ChargeStep> {
  if (account.isClosed) throw new PaymentClosedError()
  const attempt = newAttempt(command, moment)
  const { payment } = account
  if (payment === undefined) return ask(account, firstPayment(command, attempt, moment), attempt)
  if (!isSameCharge(payment, command)) {
    throw refusal('SHOP_IDEMPOTENCY_KEY_REUSED', 'this order was charged before, with another amount or customer')
  }
  if (payment.status === 'PENDING') {
    return { account, result: { kind: 'ask', payment, attempt: lastAttempt(payment) } }
  }
  const isNewCard = payment.attempts.every(({ cardToken }) => cardToken !== command.cardToken)
  if (payment.status !== 'DECLINED' || !isNewCard) return { account, result: { kind: 'settled', payment } }
  const attempts = [...payment.attempts, attempt]
  const again: Payment = { ...payment, status: 'PENDING', attempts, declineCode: '', updatedAtMs: moment.nowMs }
  return ask(account, again, attempt)
}

/** Notes what the bank said about an attempt. The first to note it decides; the bank says the same to everybody. */
export function decideOutcome(
  account: Account,
  attemptId: string,
  outcome: BankOutcome,
  moment: Moment,
): Change<{ payment: Payment; isNews: boolean }> {
  const payment = account.payment as Payment
  const index = payment.attempts.findIndex(({ id }) => id === attemptId)
  const attempt = payment.attempts[index]
  if (attempt?.status !== 'PENDING') return { account, result: { payment, isNews: false } }
  const status = { approved: 'CHARGED', declined: 'DECLINED', void: 'VOID' } as const
  const settled: Payment = {
    ...payment,
    status: status[outcome.kind],
    attempts: payment.attempts.with(index, { ...attempt, status: status[outcome.kind] }),
    declineCode: outcome.kind === 'declined' ? outcome.code : '',
    cardBrand: outcome.kind === 'void' ? '' : outcome.brand,
    cardLast4: outcome.kind === 'void' ? '' : outcome.last4,
    bankReference: outcome.kind === 'approved' ? outcome.reference : '',
    updatedAtMs: moment.nowMs,
  }
  const change = { account: { ...account, payment: settled }, result: { payment: settled, isNews: true } }
  return outcome.kind === 'approved' ? { ...change, issue: invoiceFor(settled, moment) } : change
}

/** Bars the order from being charged from now on. What was charged before is still to be refunded. */
export function decideClose(account: Account): Change<Payment | undefined> {
  return { account: account.isClosed ? account : { ...account, isClosed: true }, result: account.payment }
}

/** Notes that the bank has given the money back. */
export function decideRefunded(account: Account, moment: Moment): Change<{ payment: Payment; isNews: boolean }> {
  const payment = account.payment as Payment
  if (payment.status !== 'CHARGED') return { account, result: { payment, isNews: false } }
  const refunded: Payment = { ...payment, status: 'REFUNDED', updatedAtMs: moment.nowMs }
  const invoice = account.invoice && { ...account.invoice, refundedAtMs: moment.nowMs }
  return { account: { ...account, payment: refunded, invoice }, result: { payment: refunded, isNews: true } }
}

function ask(account: Account, payment: Payment, attempt: Attempt): Change<ChargeStep> {
  return { account: { ...account, payment }, result: { kind: 'ask', payment, attempt } }
}

function newAttempt(command: ChargeCommand, moment: Moment): Attempt {
  return { id: moment.newId(), cardToken: command.cardToken, status: 'PENDING', createdAtMs: moment.nowMs }
}

function firstPayment(command: ChargeCommand, attempt: Attempt, moment: Moment): Payment {
  return {
    id: moment.newId(),
    orderId: command.orderId,
    userId: command.userId,
    status: 'PENDING',
    amount: command.amount,
    lines: command.lines,
    address: command.address,
    attempts: [attempt],
    declineCode: '',
    cardBrand: '',
    cardLast4: '',
    bankReference: '',
    createdAtMs: moment.nowMs,
    updatedAtMs: moment.nowMs,
  }
}

function isSameCharge(payment: Payment, command: ChargeCommand): boolean {
  return (
    payment.userId === command.userId &&
    payment.amount.amountMinor === command.amount.amountMinor &&
    payment.amount.currency === command.amount.currency
  )
}

function invoiceFor(payment: Payment, moment: Moment): InvoiceDraft {
  return {
    id: moment.newId(),
    orderId: payment.orderId,
    userId: payment.userId,
    lines: payment.lines,
    total: payment.amount,
    address: payment.address,
    issuedAtMs: moment.nowMs,
    refundedAtMs: undefined,
  }
}
