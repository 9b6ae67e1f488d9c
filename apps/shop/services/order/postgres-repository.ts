import { hasCode } from '@ashlar/kernel'
import { sql, type Database, type Queryable, type Statement } from '@ashlar/sql'
import type { Cursor } from '../shared/page-token.ts'
import { LeaseLostError } from './errors.ts'
import { toOrder, type OrderRow } from './order-row.ts'
import type { Order, OrderStatus, StatusChange } from './order.ts'
import { cartLines, setCartLine, takeOutOfCart } from './postgres-carts.ts'
import type { CartLine, Claim, Lease, OrderRepository, SaveOptions, StoredOrder } from './repository.ts'

/** The tables that the repository works on. */
export const migrationNamespace = 'order'
export const migrationDirectory: URL = new URL('./migrations/', import.meta.url)

/** Carts and orders in PostgreSQL. */
export class PostgresOrderRepository implements OrderRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async cart(userId: string): Promise<readonly CartLine[]> {
    return cartLines(this.#db, userId)
  }

  async setCartLine(userId: string, line: CartLine, maxLines: number): Promise<boolean> {
    return setCartLine(this.#db, userId, line, maxLines)
  }

  async insert(order: Order, lease: Omit<Lease, 'epoch'>): Promise<Claim | 'key-taken' | 'number-taken'> {
    try {
      await this.#db.transaction(async (tx) => {
        await tx.run(
          sql`insert into orders (id, number, user_id, idempotency_key, status, lines, address, card_token, ending,
                                  payment_label, created_at, updated_at, version, lease_runner, lease_until, lease_epoch)
              values (${order.id}, ${order.number}, ${order.userId}, ${order.idempotencyKey}, ${order.status},
                      ${sql.json(order.lines)}, ${sql.json(order.address)}, ${order.cardToken}, ${endingOf(order)},
                      ${order.paymentLabel}, ${sql.time(order.createdAtMs)}, ${sql.time(order.updatedAtMs)},
                      ${order.version}, ${lease.runner}, ${sql.time(lease.untilMs)}, 1)`,
        )
        for (const [index, change] of order.history.entries()) await addHistory(tx, order.id, index, change)
      })
      return { order, lease: { ...lease, epoch: 1 } }
    } catch (error) {
      if (!hasCode(error, 'ASHLAR_SQL_UNIQUE_VIOLATION')) throw error
      const { constraint } = error as unknown as { constraint: string }
      if (constraint === 'orders_key_unique') return 'key-taken'
      if (constraint === 'orders_number_unique') return 'number-taken'
      throw error
    }
  }

  async find(orderId: string): Promise<StoredOrder | undefined> {
    return show(await findRow(this.#db, sql`o.id = ${orderId}`))
  }

  async findByKey(userId: string, idempotencyKey: string): Promise<StoredOrder | undefined> {
    return show(await findRow(this.#db, sql`o.user_id = ${userId} and o.idempotency_key = ${idempotencyKey}`))
  }

  async list(userId: string, page: { limit: number; after: Cursor | undefined }): Promise<readonly Order[]> {
    const { limit, after } = page
    const beyond =
      after === undefined
        ? sql``
        : sql`and (o.created_at, o.id) < (${sql.time(after.key)}::timestamptz, ${after.id}::uuid)`
    const rows = await this.#db.rows<OrderRow>(
      sql`${selectOrders} where o.user_id = ${userId} ${beyond} order by o.created_at desc, o.id desc limit ${limit}`,
    )
    return rows.map(toOrder)
  }

  async claim(
    orderId: string,
    statuses: readonly OrderStatus[],
    lease: Omit<Lease, 'epoch'>,
    nowMs: number,
  ): Promise<Claim | undefined> {
    const granted = await this.#db.maybe<{ lease_epoch: number }>(
      sql`update orders
          set lease_runner = ${lease.runner}, lease_until = ${sql.time(lease.untilMs)}, lease_epoch = lease_epoch + 1
          where id = ${orderId} and status = any(${statuses}::text[])
            and (lease_until is null or lease_until <= ${sql.time(nowMs)})
          returning lease_epoch`,
    )
    if (granted === undefined) return undefined
    // From here on nobody else changes the order, so what is read now is what was claimed.
    const row = await findRow(this.#db, sql`o.id = ${orderId}`)
    return row && { order: toOrder(row), lease: { ...lease, epoch: granted.lease_epoch } }
  }

  async renew(orderId: string, lease: Lease, untilMs: number): Promise<boolean> {
    const renewed = await this.#db.run(
      sql`update orders set lease_until = ${sql.time(untilMs)}
          where id = ${orderId} and lease_epoch = ${lease.epoch} and lease_until is not null`,
    )
    return renewed === 1
  }

  async save(order: Order, lease: Lease, options: SaveOptions): Promise<void> {
    const { done, bought = [] } = options
    await this.#db.transaction(async (tx) => {
      const saved = await tx.run(
        sql`update orders
            set status = ${order.status}, card_token = ${order.cardToken}, ending = ${endingOf(order)},
                payment_label = ${order.paymentLabel}, updated_at = ${sql.time(order.updatedAtMs)},
                version = ${order.version},
                lease_runner = case when ${done} then null else lease_runner end,
                lease_until = case when ${done} then null else lease_until end
            where id = ${order.id} and version = ${order.version - 1}
              and lease_epoch = ${lease.epoch} and lease_until is not null`,
      )
      if (saved === 0) throw new LeaseLostError(order.id)
      const { stored } = await tx.one<{ stored: number }>(
        sql`select count(*)::integer as stored from order_history where order_id = ${order.id}`,
      )
      for (const [index, change] of order.history.entries()) {
        if (index >= stored) await addHistory(tx, order.id, index, change)
      }
      if (bought.length > 0) await takeOutOfCart(tx, order.userId, bought)
    })
  }

  async abandoned(page: { nowMs: number; limit: number }): Promise<readonly string[]> {
    const rows = await this.#db.rows<{ id: string }>(
      sql`select id from orders where lease_until <= ${sql.time(page.nowMs)} order by lease_until limit ${page.limit}`,
    )
    return rows.map(({ id }) => id)
  }
}

const selectOrders = sql`
  select o.id, o.number, o.user_id, o.idempotency_key, o.status, o.lines, o.address, o.card_token, o.ending,
         o.payment_label, o.created_at, o.updated_at, o.version, o.lease_until, o.lease_epoch,
         (select jsonb_agg(jsonb_build_object('status', h.status, 'note', h.note,
                                              'atMs', (extract(epoch from h.at) * 1000)::bigint) order by h.number)
          from order_history h where h.order_id = o.id) as history
  from orders o`

function findRow(db: Queryable, condition: Statement): Promise<OrderRow | undefined> {
  return db.maybe<OrderRow>(sql`${selectOrders} where ${condition}`)
}

function show(row: OrderRow | undefined): StoredOrder | undefined {
  return row && { order: toOrder(row), busyUntilMs: row.lease_until ?? undefined }
}

function endingOf(order: Order): ReturnType<typeof sql.json> | null {
  return order.ending === undefined ? null : sql.json(order.ending)
}

async function addHistory(tx: Queryable, orderId: string, index: number, change: StatusChange): Promise<void> {
  await tx.run(
    sql`insert into order_history (order_id, number, status, at, note)
        values (${orderId}, ${index + 1}, ${change.status}, ${sql.time(change.atMs)}, ${change.note})`,
  )
}
