import { sql, type Database, type Queryable } from '@ashlar/sql'
import { outOfStock, productNotFound, type Shortage } from './errors.ts'
import type { StockRepository } from './repository.ts'
import {
  decideCommit,
  decideRelease,
  decideReserve,
  decideReturn,
  movements,
  type Decision,
  type Movement,
  type Reservation,
  type StockLevel,
  type StockLine,
} from './reservation.ts'

/**
 * Stock in PostgreSQL. Every change locks its reservation first and then its products in the order of their ids, so no
 * two changes can wait for each other in a circle.
 */
export function postgresStock(db: Database): StockRepository {
  return {
    reserve: (command) =>
      db.transaction(async (tx) => {
        // A new id is written down before it is locked: of two at once, the second then waits for the first.
        await tx.run(sql`
          insert into reservation (id, state, lines, expires_at, changed_at)
          values (${command.id}, 'released', '[]', ${sql.time(command.expiresAtMs)}, ${sql.time(command.nowMs)})
          on conflict (id) do nothing`)
        return apply(tx, decideReserve(await lock(tx, command.id), command), command.nowMs)
      }),
    release: (id, nowMs) =>
      db.transaction(async (tx) => {
        const current = await lock(tx, id)
        return current === undefined ? 'released' : (await apply(tx, decideRelease(current), nowMs)).state
      }),
    commit: (id, nowMs) =>
      db.transaction(async (tx) => (await apply(tx, decideCommit(id, await lock(tx, id)), nowMs)).state),
    returnSold: (id, nowMs) =>
      db.transaction(async (tx) => (await apply(tx, decideReturn(id, await lock(tx, id)), nowMs)).state),
    sweep: (nowMs, limit) => db.transaction((tx) => sweep(tx, nowMs, limit)),
    levels: (productIds) =>
      db.rows<StockLevel>(sql`
        select product_id as "productId", initial, available, reserved, sold from stock
        ${productIds === 'all' ? sql`` : sql`where product_id = any(${productIds}::uuid[])`} order by product_id`),
  }
}

function lock(tx: Queryable, id: string): Promise<Reservation | undefined> {
  return tx.maybe<Reservation>(sql`
    select id, state, lines, expires_at as "expiresAtMs" from reservation where id = ${id} for update`)
}

async function apply(tx: Queryable, { next, move }: Decision, nowMs: number): Promise<Reservation> {
  if (move !== undefined) await moveStock(tx, next.lines, move)
  await tx.run(sql`
    update reservation
    set state = ${next.state}, lines = ${sql.json(next.lines)}, expires_at = ${sql.time(next.expiresAtMs)},
      changed_at = ${sql.time(nowMs)}
    where id = ${next.id}`)
  return next
}

// Several at once may sweep: each takes reservations that nobody else is working on.
async function sweep(tx: Queryable, nowMs: number, limit: number): Promise<readonly string[]> {
  const due = await tx.rows<{ id: string; lines: readonly StockLine[] }>(sql`
    select id, lines from reservation where state = 'held' and expires_at <= ${sql.time(nowMs)}
    order by expires_at limit ${limit} for update skip locked`)
  if (due.length === 0) return []
  const quantities = new Map<string, number>()
  for (const { productId, quantity } of due.flatMap(({ lines }) => lines)) {
    quantities.set(productId, (quantities.get(productId) ?? 0) + quantity)
  }
  await moveStock(
    tx,
    [...quantities].map(([productId, quantity]) => ({ productId, quantity })),
    'unhold',
  )
  const ids = due.map(({ id }) => id)
  await tx.run(sql`
    update reservation set state = 'expired', changed_at = ${sql.time(nowMs)} where id = any(${ids}::uuid[])`)
  return ids
}

async function moveStock(tx: Queryable, lines: readonly StockLine[], move: Movement): Promise<void> {
  const ids = lines.map(({ productId }) => productId)
  const locked = await tx.rows<{ productId: string; available: number }>(sql`
    select product_id as "productId", available from stock where product_id = any(${ids}::uuid[])
    order by product_id for no key update`)
  if (move === 'hold') await checkStock(tx, lines, new Map(locked.map((row) => [row.productId, row.available])))
  const change = movements[move]
  await tx.run(sql`
    update stock
    set available = available + ${change.available}::int * quantity,
      reserved = reserved + ${change.reserved}::int * quantity,
      sold = sold + ${change.sold}::int * quantity
    from unnest(${ids}::uuid[], ${lines.map(({ quantity }) => quantity)}::int[]) as line (id, quantity)
    where product_id = line.id`)
}

async function checkStock(
  tx: Queryable,
  lines: readonly StockLine[],
  available: ReadonlyMap<string, number>,
): Promise<void> {
  const unknown = lines.filter(({ productId }) => !available.has(productId))
  if (unknown.length > 0) throw productNotFound(unknown.map(({ productId }) => productId))
  const short = lines.filter(({ productId, quantity }) => (available.get(productId) ?? 0) < quantity)
  if (short.length === 0) return
  const names = await tx.rows<{ id: string; name: string }>(sql`
    select id, name from product where id = any(${short.map(({ productId }) => productId)}::uuid[])`)
  const nameOf = new Map(names.map(({ id, name }) => [id, name]))
  throw outOfStock(
    short.map(({ productId, quantity }): Shortage => ({
      productId,
      name: nameOf.get(productId) ?? productId,
      asked: quantity,
      available: available.get(productId) ?? 0,
    })),
  )
}
