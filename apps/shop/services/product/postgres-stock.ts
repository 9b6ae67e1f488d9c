import { sql, type Database, type Queryable, type Statement, type Transaction } from '@ashlar/sql'
import type { Dedupe } from '@ashlar/sql/dedupe'
import { coPurchaseOf } from './co-purchase.ts'
import { outOfStock, productNotFound, productRetired, type Shortage } from './errors.ts'
import { oncePerKey } from './merchant-key.ts'
import { countCoPurchase } from './postgres-recommendations.ts'
import type { StockRepository } from './repository.ts'
import {
  decideAdjust,
  decideCommit,
  decideRelease,
  decideReserve,
  decideReturn,
  movements,
  type AdjustCommand,
  type Decision,
  type Ending,
  type Movement,
  type Reservation,
  type StockLevel,
  type StockLine,
} from './reservation.ts'

/**
 * Stock in PostgreSQL. Every change locks its reservation first and then its products in the order of their ids, so no
 * two changes can wait for each other in a circle.
 */
export function postgresStock(db: Database, dedupe: Dedupe<Transaction>): StockRepository {
  return {
    reserve: (command) =>
      db.transaction(async (tx) => {
        await writeDown(tx, command.id, command.nowMs)
        return apply(tx, decideReserve(await lock(tx, command.id), command), command.nowMs)
      }),
    release: (id, nowMs) =>
      db.transaction(async (tx) => {
        await writeDown(tx, id, nowMs)
        return (await apply(tx, decideRelease(id, await lock(tx, id), nowMs), nowMs)).state
      }),
    commit: (id, nowMs) =>
      db.transaction(async (tx) => (await apply(tx, decideCommit(id, await lock(tx, id)), nowMs)).state),
    returnSold: (id, nowMs) =>
      db.transaction(async (tx) => (await apply(tx, decideReturn(id, await lock(tx, id)), nowMs)).state),
    sweep: (nowMs, limit) => db.transaction((tx) => sweep(tx, nowMs, limit)),
    adjust: (command) =>
      db.transaction((tx) => {
        const { productId, delta } = command
        return oncePerKey(dedupe, tx, command, { adjust: productId, delta }, (inner) => adjust(inner, command))
      }),
    // The states are written out, since a partial index is not used for parameters.
    forget: (ending, { beforeMs, limit }) =>
      db.run(sql`
        delete from reservation where id in (
          select id from reservation where state in ${endingStates[ending]} and changed_at < ${sql.time(beforeMs)}
          order by changed_at limit ${limit} for update skip locked)`),
    levels: (productIds) =>
      db.rows<StockLevel>(sql`
        select product_id as "productId", initial, available, reserved, sold from stock
        ${productIds === 'all' ? sql`` : sql`where product_id = any(${productIds}::uuid[])`} order by product_id`),
  }
}

const endingStates: Readonly<Record<Ending, Statement>> = {
  unsold: sql`('released', 'expired')`,
  sold: sql`('committed', 'returned')`,
}

/** A new id is there before it is locked, holding nothing: of two at once, the second then waits for the first. */
async function writeDown(tx: Queryable, id: string, nowMs: number): Promise<void> {
  await tx.run(sql`
    insert into reservation (id, state, lines, expires_at, changed_at)
    values (${id}, 'expired', '[]', ${sql.time(nowMs)}, ${sql.time(nowMs)}) on conflict (id) do nothing`)
}

function lock(tx: Queryable, id: string): Promise<Reservation | undefined> {
  return tx.maybe<Reservation>(sql`
    select id, state, lines, expires_at as "expiresAtMs" from reservation where id = ${id} for update`)
}

async function apply(tx: Queryable, { next, move }: Decision, nowMs: number): Promise<Reservation> {
  if (move !== undefined) await moveStock(tx, next.lines, move)
  const coPurchase = coPurchaseOf(next.lines, move)
  await Promise.all([
    coPurchase === undefined ? undefined : countCoPurchase(tx, coPurchase),
    tx.run(sql`
      update reservation
      set state = ${next.state}, lines = ${sql.json(next.lines)}, expires_at = ${sql.time(next.expiresAtMs)},
        changed_at = ${sql.time(nowMs)}
      where id = ${next.id}`),
  ])
  return next
}

async function adjust(tx: Queryable, { productId, delta }: AdjustCommand): Promise<StockLevel> {
  const level = await tx.maybe<StockLevel & { name: string }>(sql`
    select s.product_id as "productId", s.initial, s.available, s.reserved, s.sold, p.name
    from stock s join product p on p.id = s.product_id where s.product_id = ${productId} for no key update of s`)
  if (level === undefined) throw productNotFound([productId])
  const next = decideAdjust(level, delta)
  await tx.run(sql`
    update stock set initial = ${next.initial}, available = ${next.available} where product_id = ${productId}`)
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
  if (move === 'hold') await checkStock(tx, lines, ids)
  else await tx.run(sql`select from stock where product_id = any(${ids}::uuid[]) order by product_id for no key update`)
  const change = movements[move]
  await tx.run(sql`
    update stock
    set available = available + ${change.available}::int * quantity,
      reserved = reserved + ${change.reserved}::int * quantity,
      sold = sold + ${change.sold}::int * quantity
    from unnest(${ids}::uuid[], ${lines.map(({ quantity }) => quantity)}::int[]) as line (id, quantity)
    where product_id = line.id`)
}

interface Shelf {
  readonly productId: string
  readonly available: number
  readonly retired: boolean
}

/** Locks the lines' stock, and makes sure that it is there to be had. */
async function checkStock(tx: Queryable, lines: readonly StockLine[], ids: readonly string[]): Promise<void> {
  const locked = await tx.rows<Shelf>(sql`
    select s.product_id as "productId", s.available, p.retired_at is not null as retired
    from stock s join product p on p.id = s.product_id where s.product_id = any(${ids}::uuid[])
    order by s.product_id for no key update of s`)
  const shelves = new Map(locked.map((shelf) => [shelf.productId, shelf]))
  const idsOf = (some: readonly StockLine[]): readonly string[] => some.map(({ productId }) => productId)
  const unknown = lines.filter(({ productId }) => !shelves.has(productId))
  if (unknown.length > 0) throw productNotFound(idsOf(unknown))
  const retired = lines.filter(({ productId }) => shelves.get(productId)?.retired)
  if (retired.length > 0) throw productRetired([...(await namesOf(tx, idsOf(retired))).values()])
  const leftOf = (productId: string): number => shelves.get(productId)?.available ?? 0
  const short = lines.filter(({ productId, quantity }) => leftOf(productId) < quantity)
  if (short.length === 0) return
  const names = await namesOf(tx, idsOf(short))
  throw outOfStock(
    short.map(({ productId, quantity }): Shortage => ({
      productId,
      name: names.get(productId) ?? productId,
      asked: quantity,
      available: leftOf(productId),
    })),
  )
}

async function namesOf(tx: Queryable, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.rows<{ id: string; name: string }>(sql`
    select id, name from product where id = any(${ids}::uuid[])`)
  return new Map(rows.map(({ id, name }) => [id, name]))
}
