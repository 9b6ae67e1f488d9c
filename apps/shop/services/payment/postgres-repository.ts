import { toIsoTime } from '@ashlar/kernel'
import { sql, type Database, type Queryable } from '@ashlar/sql'
import type { Change } from './decide.ts'
import type { Account, InvoiceDraft, Payment } from './payment.ts'
import { firstLookMs, type OpenAttempt, type PaymentRepository } from './repository.ts'
import { toAttempt, toInvoice, toPayment, type AttemptRow, type InvoiceRow, type PaymentRow } from './rows.ts'

/** The tables that the repository works on. */
export const migrationNamespace = 'payment'
export const migrationDirectory: URL = new URL('./migrations/', import.meta.url)

/** Accounts in PostgreSQL. */
export class PostgresPaymentRepository implements PaymentRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async find(orderId: string): Promise<Account> {
    const closed = await this.#db.maybe<{ is_closed: boolean }>(
      sql`select is_closed from account where order_id = ${orderId}`,
    )
    return load(this.#db, orderId, closed?.is_closed ?? false)
  }

  async isKnown(orderId: string): Promise<boolean> {
    const found = await this.#db.maybe(sql`select 1 as known from account where order_id = ${orderId}`)
    return found !== undefined
  }

  async change<T>(orderId: string, decide: (account: Account) => Change<T>): Promise<T> {
    return this.#db.transaction(async (tx) => {
      await tx.run(sql`insert into account (order_id) values (${orderId}) on conflict do nothing`)
      // Changes of one order wait for each other here, the very first one included.
      const { is_closed } = await tx.one<{ is_closed: boolean }>(
        sql`select is_closed from account where order_id = ${orderId} for update`,
      )
      const before = await load(tx, orderId, is_closed)
      const { account, issue, result } = decide(before)
      if (account.isClosed !== before.isClosed) {
        await tx.run(sql`update account set is_closed = ${account.isClosed} where order_id = ${orderId}`)
      }
      if (account.payment !== undefined && account.payment !== before.payment) {
        await savePayment(tx, account.payment, before.payment)
      }
      if (issue !== undefined) await issueInvoice(tx, issue)
      else if (account.invoice !== undefined && account.invoice !== before.invoice) {
        const refundedAt = sql.time(account.invoice.refundedAtMs ?? null)
        await tx.run(sql`update invoice set refunded_at = ${refundedAt} where order_id = ${orderId}`)
      }
      return result
    })
  }

  async dueAttempts(page: { nowMs: number; limit: number }): Promise<OpenAttempt[]> {
    const rows = await this.#db.rows<{ id: string; order_id: string; created_at: number }>(
      sql`select a.id, p.order_id, a.created_at
          from payment_attempt a join payment p on p.id = a.payment_id
          where a.status = 'PENDING' and a.look_at <= ${sql.time(page.nowMs)}
          order by a.look_at, a.id limit ${page.limit}`,
    )
    return rows.map((row) => ({ id: row.id, orderId: row.order_id, createdAtMs: row.created_at }))
  }

  async deferAttempt(attemptId: string, untilMs: number): Promise<void> {
    await this.#db.run(sql`update payment_attempt set look_at = ${sql.time(untilMs)} where id = ${attemptId}`)
  }
}

async function load(db: Queryable, orderId: string, isClosed: boolean): Promise<Account> {
  const [payment, attempts, invoice] = await Promise.all([
    db.maybe<PaymentRow>(
      sql`select id, order_id, user_id, status, amount_minor, currency, lines, address, decline_code, card_brand,
                 card_last4, bank_reference, created_at, updated_at
          from payment where order_id = ${orderId}`,
    ),
    db.rows<AttemptRow>(
      sql`select a.id, a.card_token, a.status, a.created_at
          from payment_attempt a join payment p on p.id = a.payment_id
          where p.order_id = ${orderId} order by a.number`,
    ),
    db.maybe<InvoiceRow>(
      sql`select id, number, order_id, user_id, lines, total_minor, currency, address, issued_at, refunded_at
          from invoice where order_id = ${orderId}`,
    ),
  ])
  return {
    orderId,
    isClosed,
    payment: payment && toPayment(payment, attempts.map(toAttempt)),
    invoice: invoice && toInvoice(invoice),
  }
}

async function savePayment(tx: Queryable, payment: Payment, before: Payment | undefined): Promise<void> {
  await tx.run(
    sql`insert into payment (id, order_id, user_id, status, amount_minor, currency, lines, address, decline_code,
                             card_brand, card_last4, bank_reference, created_at, updated_at)
        values (${payment.id}, ${payment.orderId}, ${payment.userId}, ${payment.status}, ${payment.amount.amountMinor},
                ${payment.amount.currency}, ${sql.json(payment.lines)}, ${addressOf(payment)}, ${payment.declineCode},
                ${payment.cardBrand}, ${payment.cardLast4}, ${payment.bankReference}, ${sql.time(payment.createdAtMs)},
                ${sql.time(payment.updatedAtMs)})
        on conflict (id) do update set
          status = excluded.status, decline_code = excluded.decline_code, card_brand = excluded.card_brand,
          card_last4 = excluded.card_last4, bank_reference = excluded.bank_reference, updated_at = excluded.updated_at`,
  )
  for (const [index, attempt] of payment.attempts.entries()) {
    if (attempt === before?.attempts[index]) continue
    await tx.run(
      sql`insert into payment_attempt (id, payment_id, number, card_token, status, created_at, look_at)
          values (${attempt.id}, ${payment.id}, ${index + 1}, ${attempt.cardToken}, ${attempt.status},
                  ${sql.time(attempt.createdAtMs)}, ${sql.time(attempt.createdAtMs + firstLookMs)})
          on conflict (id) do update set status = excluded.status`,
    )
  }
}

async function issueInvoice(tx: Queryable, invoice: InvoiceDraft): Promise<void> {
  const year = Number(toIsoTime(invoice.issuedAtMs).slice(0, 4))
  const { last_number } = await tx.one<{ last_number: number }>(
    sql`insert into invoice_counter (year, last_number) values (${year}, 1)
        on conflict (year) do update set last_number = invoice_counter.last_number + 1
        returning last_number`,
  )
  const number = `${year}-${String(last_number).padStart(6, '0')}`
  await tx.run(
    sql`insert into invoice (id, number, order_id, user_id, lines, total_minor, currency, address, issued_at)
        values (${invoice.id}, ${number}, ${invoice.orderId}, ${invoice.userId}, ${sql.json(invoice.lines)},
                ${invoice.total.amountMinor}, ${invoice.total.currency}, ${addressOf(invoice)},
                ${sql.time(invoice.issuedAtMs)})`,
  )
}

function addressOf({ address }: Payment | InvoiceDraft): ReturnType<typeof sql.json> | null {
  return address === undefined ? null : sql.json(address)
}
