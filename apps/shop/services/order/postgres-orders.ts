import { sql, type Queryable, type Statement } from '@ashlar/sql'
import type { OrderRow } from './order-row.ts'
import type { Order, StatusChange } from './order.ts'
import type { Lease } from './repository.ts'

/** Whole orders with their histories; goes on with `where`. */
export const selectOrders: Statement = sql`
  select o.id, o.number, o.user_id, o.idempotency_key, o.status, o.lines, o.address, o.card_token, o.ending,
         o.carrier, o.tracking_number, o.shipped_at, o.delivered_at,
         o.payment_label, o.created_at, o.updated_at, o.version, o.lease_until, o.lease_epoch,
         (select jsonb_agg(jsonb_build_object('status', h.status, 'note', h.note,
                                              'atMs', (extract(epoch from h.at) * 1000)::bigint) order by h.number)
          from order_history h where h.order_id = o.id) as history
  from orders o`

export function findOrder(db: Queryable, condition: Statement): Promise<OrderRow | undefined> {
  return db.maybe<OrderRow>(sql`${selectOrders} where ${condition}`)
}

/** Stores a new order, leased or not. */
export async function insertOrder(tx: Queryable, order: Order, lease: Omit<Lease, 'epoch'> | undefined): Promise<void> {
  await tx.run(
    sql`insert into orders (id, number, user_id, idempotency_key, status, lines, address, card_token, ending,
                            payment_label, created_at, updated_at, version, lease_runner, lease_until, lease_epoch)
        values (${order.id}, ${order.number}, ${order.userId}, ${order.idempotencyKey}, ${order.status},
                ${sql.json(order.lines)}, ${sql.json(order.address)}, ${order.cardToken}, ${endingOf(order)},
                ${order.paymentLabel}, ${sql.time(order.createdAtMs)}, ${sql.time(order.updatedAtMs)},
                ${order.version}, ${lease?.runner ?? null}, ${sql.time(lease?.untilMs ?? null)},
                ${lease === undefined ? 0 : 1})`,
  )
  await addHistory(tx, order, 0)
}

/**
 * Stores the next version of an order: everything that can change but its lines and its lease, which `also` sets, after
 * a comma.
 * @returns whether it was stored: not where the version before is not the stored one, or `condition` does not hold.
 */
export async function updateOrder(
  tx: Queryable,
  order: Order,
  { also, condition }: { also: Statement; condition: Statement },
): Promise<boolean> {
  const { shipment } = order
  const updated = await tx.run(
    sql`update orders
        set status = ${order.status}, card_token = ${order.cardToken}, ending = ${endingOf(order)},
            carrier = ${shipment?.carrier ?? null}, tracking_number = ${shipment?.trackingNumber ?? null},
            shipped_at = ${sql.time(shipment?.shippedAtMs ?? null)},
            delivered_at = ${sql.time(shipment?.deliveredAtMs ?? null)},
            payment_label = ${order.paymentLabel}, updated_at = ${sql.time(order.updatedAtMs)},
            version = ${order.version} ${also}
        where id = ${order.id} and version = ${order.version - 1} and ${condition}`,
  )
  return updated === 1
}

/** Stores what of the history is not stored yet: the changes from `stored` on. */
export async function addHistory(tx: Queryable, order: Order, stored: number): Promise<void> {
  const add = (change: StatusChange, number: number): Promise<unknown> =>
    tx.run(
      sql`insert into order_history (order_id, number, status, at, note)
          values (${order.id}, ${number}, ${change.status}, ${sql.time(change.atMs)}, ${change.note})`,
    )
  for (const [index, change] of order.history.entries()) if (index >= stored) await add(change, index + 1)
}

function endingOf(order: Order): ReturnType<typeof sql.json> | null {
  return order.ending === undefined ? null : sql.json(order.ending)
}
