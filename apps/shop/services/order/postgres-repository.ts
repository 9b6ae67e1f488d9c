import { hasCode } from '@ashlar/kernel'
import { sql, type Database, type Queryable, type Statement } from '@ashlar/sql'
import type { Cursor } from '../shared/page-token.ts'
import { LeaseLostError } from './errors.ts'
import { toOrder, type OrderRow } from './order-row.ts'
import type { Order, OrderStatus } from './order.ts'
import { cartLines, lockCart, putBackIntoCart, setCartLine, takeOutOfCart } from './postgres-carts.ts'
import { addHistory, findOrder, insertOrder, selectOrders, updateOrder } from './postgres-orders.ts'
import type { CartLine, Claim, Lease, ListPage, OrderRepository, SaveOptions, StoredOrder } from './repository.ts'

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
    const claim = { order, lease: { ...lease, epoch: 1 } }
    return orTaken(async () => {
      await this.#db.transaction((tx) => insertOrder(tx, order, lease))
      return claim
    })
  }

  async create(
    order: Order,
    maxOpen: number,
  ): Promise<'created' | 'key-taken' | 'number-taken' | 'cart-changed' | 'too-many'> {
    const { userId, idempotencyKey } = order
    const create = async (tx: Queryable): Promise<'created' | 'key-taken' | 'cart-changed' | 'too-many'> => {
      // One after another for each customer: two at once would share a cart, and both be the tenth.
      await lockCart(tx, userId)
      const twin = await findOrder(tx, sql`o.user_id = ${userId} and o.idempotency_key = ${idempotencyKey}`)
      if (twin !== undefined) return 'key-taken'
      if (!holds(await cartLines(tx, userId), order.lines)) return 'cart-changed'
      const { open } = await tx.one<{ open: number }>(
        sql`select count(*)::integer as open from orders where user_id = ${userId} and status = 'CREATED'`,
      )
      if (open >= maxOpen) return 'too-many'
      await insertOrder(tx, order, undefined)
      await takeOutOfCart(tx, userId, order.lines)
      return 'created'
    }
    return orTaken(() => this.#db.transaction(create))
  }

  async find(orderId: string): Promise<StoredOrder | undefined> {
    return show(await findOrder(this.#db, sql`o.id = ${orderId}`))
  }

  async findByKey(userId: string, idempotencyKey: string): Promise<StoredOrder | undefined> {
    return show(await findOrder(this.#db, sql`o.user_id = ${userId} and o.idempotency_key = ${idempotencyKey}`))
  }

  async list(userId: string, { limit, after }: ListPage): Promise<readonly Order[]> {
    const beyond = after === undefined ? sql`` : sql`and (o.created_at, o.id) < ${placeOf(after)}`
    const rows = await this.#db.rows<OrderRow>(
      sql`${selectOrders} where o.user_id = ${userId} ${beyond} order by o.created_at desc, o.id desc limit ${limit}`,
    )
    return rows.map(toOrder)
  }

  async listByStatus(statuses: readonly OrderStatus[], { limit, after }: ListPage): Promise<readonly Order[]> {
    const beyond = after === undefined ? sql`` : sql`and (w.created_at, w.id) > ${placeOf(after)}`
    // A page of each status, by its index, and of these the first page: however many orders there are, no more is read.
    const rows = await this.#db.rows<OrderRow>(
      sql`${selectOrders} join (
            select page.id
            from unnest(${statuses}::text[]) as wanted (status)
            cross join lateral (
              select w.id, w.created_at from orders w
              where w.status = wanted.status ${beyond} order by w.created_at, w.id limit ${limit}) as page
            order by page.created_at, page.id limit ${limit}) as first using (id)
          order by o.created_at, o.id`,
    )
    return rows.map(toOrder)
  }

  async change(orderId: string, decide: (order: Order) => Order): Promise<Order | undefined> {
    return (await this.#change(orderId, decide))?.order
  }

  async begin(
    orderId: string,
    decide: (order: Order) => Order,
    lease: Omit<Lease, 'epoch'>,
  ): Promise<Claim | undefined> {
    const begun = await this.#change(orderId, decide, lease)
    return begun?.isChanged === true ? { order: begun.order, lease: { ...lease, epoch: begun.epoch } } : undefined
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
    const row = await findOrder(this.#db, sql`o.id = ${orderId}`)
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
    const { done, bought = [], putBack } = options
    const also = done ? sql`, lease_runner = null, lease_until = null` : sql``
    const condition = sql`lease_epoch = ${lease.epoch} and lease_until is not null`
    await this.#db.transaction(async (tx) => {
      if (!(await updateOrder(tx, order, { also, condition }))) throw new LeaseLostError(order.id)
      const { stored } = await tx.one<{ stored: number }>(
        sql`select count(*)::integer as stored from order_history where order_id = ${order.id}`,
      )
      await addHistory(tx, order, stored)
      if (bought.length > 0) await takeOutOfCart(tx, order.userId, bought)
      if (putBack !== undefined) await putBackIntoCart(tx, order.userId, putBack.lines, putBack.maxLines)
    })
  }

  async abandoned(page: { nowMs: number; limit: number }): Promise<readonly string[]> {
    const rows = await this.#db.rows<{ id: string }>(
      sql`select id from orders where lease_until <= ${sql.time(page.nowMs)} order by lease_until limit ${page.limit}`,
    )
    return rows.map(({ id }) => id)
  }

  async #change(
    orderId: string,
    decide: (order: Order) => Order,
    lease?: Omit<Lease, 'epoch'>,
  ): Promise<{ order: Order; epoch: number; isChanged: boolean } | undefined> {
    return this.#db.transaction(async (tx) => {
      // Locked first and read after: a history that is read while the row is waited for may lack its last entry.
      const free = await tx.maybe<{ id: string }>(
        sql`select id from orders where id = ${orderId} and lease_until is null for update`,
      )
      const row = free && (await findOrder(tx, sql`o.id = ${orderId}`))
      if (row === undefined) return undefined
      const before = toOrder(row)
      const order = decide(before)
      if (order === before) return { order, epoch: row.lease_epoch, isChanged: false }
      const epoch = row.lease_epoch + (lease === undefined ? 0 : 1)
      const until = sql.time(lease?.untilMs ?? null)
      const also = sql`, lines = ${sql.json(order.lines)}, lease_runner = ${lease?.runner ?? null}, lease_until = ${until},
                       lease_epoch = ${epoch}`
      if (!(await updateOrder(tx, order, { also, condition: sql`lease_until is null` }))) {
        throw new Error(`order ${orderId}: a change must be of the version that it was made from`)
      }
      await addHistory(tx, order, before.history.length)
      return { order, epoch, isChanged: true }
    })
  }
}

/** Stores a new order, or says which of the two names that are given once it took. */
async function orTaken<T>(store: () => Promise<T>): Promise<T | 'key-taken' | 'number-taken'> {
  try {
    return await store()
  } catch (error) {
    if (!hasCode(error, 'ASHLAR_SQL_UNIQUE_VIOLATION')) throw error
    const { constraint } = error as unknown as { constraint: string }
    if (constraint === 'orders_key_unique') return 'key-taken'
    if (constraint === 'orders_number_unique') return 'number-taken'
    throw error
  }
}

function placeOf({ key, id }: Cursor): Statement {
  return sql`(${sql.time(key)}::timestamptz, ${id}::uuid)`
}

function show(row: OrderRow | undefined): StoredOrder | undefined {
  return row && { order: toOrder(row), busyUntilMs: row.lease_until ?? undefined }
}

function holds(cart: readonly CartLine[], lines: readonly CartLine[]): boolean {
  const quantities = new Map(cart.map(({ productId, quantity }) => [productId, quantity]))
  return lines.every(({ productId, quantity }) => (quantities.get(productId) ?? 0) >= quantity)
}
