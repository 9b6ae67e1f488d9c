import { sql, type Database, type Queryable } from '@ashlar/sql'
import type { Card, CardOutcome } from './cards.ts'
import type { Charge, LedgerEntry, LedgerRepository, Refund, RefundResult } from './repository.ts'

interface ChargeRow {
  position: number
  id: string
  key: string
  status: Charge['status']
  decline_code: string | null
  amount_minor: number
  currency: string
  token: string
  description: string
  brand: string
  last4: string
  created_at: number
}

interface RefundRow {
  position: number
  id: string
  key: string
  charge_id: string
  amount_minor: number
  created_at: number
}

const chargeColumns = sql`
  position, id, key, status, decline_code, amount_minor, currency, token, description, brand, last4, created_at`
const refundColumns = sql`position, id, key, charge_id, amount_minor, created_at`

/** The tables that the repository works on. */
export const migrationNamespace = 'bank'
export const migrationDirectory: URL = new URL('./migrations/', import.meta.url)

/** The books in PostgreSQL: what makes the bank survive being killed. */
export class PostgresLedgerRepository implements LedgerRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async saveCard(card: Card): Promise<void> {
    await this.#db.run(
      sql`insert into card (token, brand, last4, outcome)
          values (${card.token}, ${card.brand}, ${card.last4}, ${card.outcome})`,
    )
  }

  async findCard(token: string): Promise<Card | undefined> {
    return this.#db.maybe<{ token: string; brand: string; last4: string; outcome: CardOutcome }>(
      sql`select token, brand, last4, outcome from card where token = ${token}`,
    )
  }

  async enterCharge(charge: Charge): Promise<Charge> {
    const entered = await this.#db.maybe<ChargeRow>(
      sql`insert into charge
            (id, key, status, decline_code, amount_minor, currency, token, description, brand, last4, created_at)
          values (${charge.id}, ${charge.key}, ${charge.status}, ${charge.declineCode ?? null}, ${charge.amountMinor},
                  ${charge.currency}, ${charge.token}, ${charge.description}, ${charge.brand}, ${charge.last4},
                  ${sql.time(charge.createdAtMs)})
          on conflict (key) do nothing
          returning ${chargeColumns}`,
    )
    // The conflicting insert waited for the other's commit, so its row is there to be read now.
    return toCharge(
      entered ?? (await this.#db.one<ChargeRow>(sql`select ${chargeColumns} from charge where key = ${charge.key}`)),
    )
  }

  async findCharge(key: string): Promise<Charge | undefined> {
    const row = await this.#db.maybe<ChargeRow>(sql`select ${chargeColumns} from charge where key = ${key}`)
    return row && toCharge(row)
  }

  async enterRefund(refund: Refund): Promise<RefundResult> {
    return this.#db.transaction(async (tx): Promise<RefundResult> => {
      // Refunds of one charge wait for each other here, so that their sum is right.
      const charge = await tx.maybe<{ amount_minor: number }>(
        sql`select amount_minor from charge where id = ${refund.chargeId} and status = 'approved' for update`,
      )
      const earlier = await tx.maybe<RefundRow>(sql`select ${refundColumns} from refund where key = ${refund.key}`)
      if (earlier !== undefined) return { kind: 'entered', refund: toRefund(earlier) }
      if (charge === undefined) return { kind: 'no-charge' }
      const leftMinor = charge.amount_minor - (await refundedMinor(tx, refund.chargeId))
      if (refund.amountMinor > leftMinor) return { kind: 'too-large', leftMinor }
      await tx.run(
        sql`insert into refund (id, key, charge_id, amount_minor, created_at)
            values (${refund.id}, ${refund.key}, ${refund.chargeId}, ${refund.amountMinor},
                    ${sql.time(refund.createdAtMs)})`,
      )
      return { kind: 'entered', refund }
    })
  }

  async entries(page: { after: number; limit: number; key?: string | undefined }): Promise<LedgerEntry[]> {
    const key = page.key ?? null
    const charges = await this.#db.rows<ChargeRow>(
      sql`select ${chargeColumns} from charge
          where position > ${page.after} and (${key}::text is null or key = ${key})
          order by position limit ${page.limit}`,
    )
    const refunds = await this.#db.rows<RefundRow>(
      sql`select ${refundColumns} from refund
          where position > ${page.after}
            and (${key}::text is null or charge_id = (select id from charge where key = ${key}))
          order by position limit ${page.limit}`,
    )
    return [
      ...charges.map((row): LedgerEntry => ({ kind: 'charge', position: row.position, charge: toCharge(row) })),
      ...refunds.map((row): LedgerEntry => ({ kind: 'refund', position: row.position, refund: toRefund(row) })),
    ]
      .sort((a, b) => a.position - b.position)
      .slice(0, page.limit)
  }
}

async function refundedMinor(db: Queryable, chargeId: string): Promise<number> {
  const { sum } = await db.one<{ sum: number }>(
    sql`select coalesce(sum(amount_minor), 0)::bigint as sum from refund where charge_id = ${chargeId}`,
  )
  return sum
}

function toCharge(row: ChargeRow): Charge {
  return {
    id: row.id,
    key: row.key,
    status: row.status,
    declineCode: row.decline_code ?? undefined,
    amountMinor: row.amount_minor,
    currency: row.currency,
    token: row.token,
    description: row.description,
    brand: row.brand,
    last4: row.last4,
    createdAtMs: row.created_at,
  }
}

function toRefund(row: RefundRow): Refund {
  return {
    id: row.id,
    key: row.key,
    chargeId: row.charge_id,
    amountMinor: row.amount_minor,
    createdAtMs: row.created_at,
  }
}
