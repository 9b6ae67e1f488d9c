import { toIsoTime } from '@ashlar/kernel'
import type { Change } from './decide.ts'
import type { Account, Invoice } from './payment.ts'
import { firstLookMs, type OpenAttempt, type PaymentRepository } from './repository.ts'

/** Accounts in memory, for tests and for a whole shop in one process. */
export class MemoryPaymentRepository implements PaymentRepository {
  readonly #accounts = new Map<string, Account>()
  readonly #lastNumber = new Map<string, number>()
  readonly #lookAtMs = new Map<string, number>()

  async find(orderId: string): Promise<Account> {
    return this.#find(orderId)
  }

  async isKnown(orderId: string): Promise<boolean> {
    return this.#accounts.has(orderId)
  }

  async change<T>(orderId: string, decide: (account: Account) => Change<T>): Promise<T> {
    const { account, issue, result } = decide(this.#find(orderId))
    const invoice = issue === undefined ? account.invoice : { ...issue, number: this.#nextNumber(issue.issuedAtMs) }
    this.#accounts.set(orderId, { ...account, invoice })
    return result
  }

  async dueAttempts(page: { nowMs: number; limit: number }): Promise<OpenAttempt[]> {
    return [...this.#accounts.values()]
      .flatMap(({ orderId, payment }) =>
        (payment?.attempts ?? [])
          .filter(({ status }) => status === 'PENDING')
          .map(({ id, createdAtMs }) => ({ id, orderId, createdAtMs })),
      )
      .filter((attempt) => this.#lookAt(attempt) <= page.nowMs)
      .sort((a, b) => this.#lookAt(a) - this.#lookAt(b))
      .slice(0, page.limit)
  }

  async deferAttempt(attemptId: string, untilMs: number): Promise<void> {
    this.#lookAtMs.set(attemptId, untilMs)
  }

  #find(orderId: string): Account {
    return this.#accounts.get(orderId) ?? { orderId, isClosed: false, payment: undefined, invoice: undefined }
  }

  #lookAt(attempt: OpenAttempt): number {
    return this.#lookAtMs.get(attempt.id) ?? attempt.createdAtMs + firstLookMs
  }

  #nextNumber(issuedAtMs: number): Invoice['number'] {
    const year = toIsoTime(issuedAtMs).slice(0, 4)
    const number = (this.#lastNumber.get(year) ?? 0) + 1
    this.#lastNumber.set(year, number)
    return `${year}-${String(number).padStart(6, '0')}`
  }
}
