import { sql, type Database, type Queryable } from '@ashlar/sql'
import type { CartLine } from './repository.ts'

/** The cart's lines, in the order in which they were put in. */
export async function cartLines(db: Queryable, userId: string): Promise<CartLine[]> {
  const rows = await db.rows<{ product_id: string; quantity: number }>(
    sql`select product_id, quantity from cart_line where user_id = ${userId} order by position`,
  )
  return rows.map((row) => ({ productId: row.product_id, quantity: row.quantity }))
}

/** See `OrderRepository.setCartLine`. */
export async function setCartLine(db: Database, userId: string, line: CartLine, maxLines: number): Promise<boolean> {
  return db.transaction(async (tx) => {
    await tx.run(sql`insert into cart (user_id) values (${userId}) on conflict do nothing`)
    // Without the lock, two that put in the last line at once would both find room for it.
    await lockCart(tx, userId)
    if (line.quantity === 0) {
      await tx.run(sql`delete from cart_line where user_id = ${userId} and product_id = ${line.productId}`)
      return true
    }
    const changed = await tx.run(
      sql`update cart_line set quantity = ${line.quantity}
          where user_id = ${userId} and product_id = ${line.productId}`,
    )
    if (changed === 1) return true
    const inserted = await tx.run(
      sql`insert into cart_line (user_id, product_id, quantity)
          select ${userId}, ${line.productId}, ${line.quantity}
          where (select count(*) from cart_line where user_id = ${userId}) < ${maxLines}`,
    )
    return inserted === 1
  })
}

/** Takes bought pieces out; pieces that were added since stay. Within the transaction in which the order is stored. */
export async function takeOutOfCart(tx: Queryable, userId: string, bought: readonly CartLine[]): Promise<void> {
  await lockCart(tx, userId)
  for (const { productId, quantity } of bought) {
    const removed = await tx.run(
      sql`delete from cart_line
          where user_id = ${userId} and product_id = ${productId} and quantity <= ${quantity}`,
    )
    if (removed === 1) continue
    await tx.run(
      sql`update cart_line set quantity = quantity - ${quantity}
          where user_id = ${userId} and product_id = ${productId}`,
    )
  }
}

/** See `SaveOptions.putBack`. */
export async function putBackIntoCart(
  tx: Queryable,
  userId: string,
  lines: readonly CartLine[],
  maxLines: number,
): Promise<void> {
  await tx.run(sql`insert into cart (user_id) values (${userId}) on conflict do nothing`)
  await lockCart(tx, userId)
  for (const { productId, quantity } of lines) {
    await tx.run(
      sql`insert into cart_line (user_id, product_id, quantity)
          select ${userId}, ${productId}, ${quantity}
          where (select count(*) from cart_line where user_id = ${userId}) < ${maxLines}
          on conflict do nothing`,
    )
  }
}

/** Until the transaction ends nobody else changes the cart. */
export async function lockCart(tx: Queryable, userId: string): Promise<void> {
  await tx.run(sql`select 1 from cart where user_id = ${userId} for update`)
}
