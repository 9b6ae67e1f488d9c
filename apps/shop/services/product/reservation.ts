import { invalid } from '../shared/validate.ts'
import { outOfStock, reservationGone, reservationReused } from './errors.ts'

export interface StockLine {
  readonly productId: string
  readonly quantity: number
}

/**
 * `held` until it is committed, released or swept after its expiry: an expired one that nobody has swept yet still
 * holds its stock, and may still be committed. `expired` may be held again; `released` is final, and so is the order.
 */
export type ReservationState = 'held' | 'committed' | 'released' | 'expired' | 'returned'

export interface Reservation {
  readonly id: string
  readonly state: ReservationState
  /** Sorted by product, each product once. */
  readonly lines: readonly StockLine[]
  readonly expiresAtMs: number
}

/** How a reservation can end: its pieces never left the shelf in the end, or they were sold (and perhaps came back). */
export const endings = { unsold: ['released', 'expired'], sold: ['committed', 'returned'] } as const

export type Ending = keyof typeof endings

export interface ReserveCommand {
  readonly id: string
  /** Each product once, quantities of 1 or more. */
  readonly lines: readonly StockLine[]
  readonly nowMs: number
  readonly expiresAtMs: number
}

/** Pieces that a merchant adds to the stock, or with a negative number takes out. */
export interface AdjustCommand {
  readonly merchantId: string
  /** A repeat with the same key adjusts nothing, and is answered as the first was. */
  readonly idempotencyKey: string
  readonly productId: string
  readonly delta: number
}

export interface StockLevel {
  readonly productId: string
  readonly initial: number
  readonly available: number
  readonly reserved: number
  readonly sold: number
}

/** How a movement of one piece changes a product's level. The three always add up to nothing. */
export const movements = {
  hold: { available: -1, reserved: 1, sold: 0 },
  unhold: { available: 1, reserved: -1, sold: 0 },
  sell: { available: 0, reserved: -1, sold: 1 },
  restock: { available: 1, reserved: 0, sold: -1 },
} as const

export type Movement = keyof typeof movements

/** More pieces than this of one product are not counted. */
const mostPieces = 2 ** 31 - 1

/**
 * The level after an adjustment. What was ever there moves with what is there, so that nothing is invented.
 * @throws {OutOfStockError} when more would be taken out than is free to be bought.
 */
export function decideAdjust(level: StockLevel & { readonly name: string }, delta: number): StockLevel {
  const { name, ...current } = level
  if (current.available + delta < 0) {
    throw outOfStock([{ productId: current.productId, name, asked: -delta, available: current.available }])
  }
  if (current.initial + delta > mostPieces) throw invalid('delta', `would make more than ${mostPieces} pieces`)
  return { ...current, initial: current.initial + delta, available: current.available + delta }
}

/** What becomes of a reservation, and what moves: nothing when `move` is undefined. */
export interface Decision {
  readonly next: Reservation
  readonly move: Movement | undefined
}

/**
 * @throws {ShopError} SHOP_IDEMPOTENCY_KEY_REUSED when the id is in use for other lines; SHOP_RESERVATION_GONE when it
 * was released: a reserve that comes that late is of an order that has ended since.
 */
export function decideReserve(current: Reservation | undefined, command: ReserveCommand): Decision {
  const { id, nowMs, expiresAtMs } = command
  const lines = command.lines.toSorted((a, b) => (a.productId < b.productId ? -1 : 1))
  if (current?.state === 'released') throw reservationGone(id)
  if (current === undefined || current.state === 'expired') {
    return { next: { id, state: 'held', lines, expiresAtMs }, move: 'hold' }
  }
  if (!sameLines(current.lines, lines)) throw reservationReused(id)
  const overdue = current.state === 'held' && current.expiresAtMs <= nowMs
  return { next: overdue ? { ...current, expiresAtMs } : current, move: undefined }
}

/**
 * A release that overtakes its reserve is written down, so that the reserve finds it. Sold stock is not released but
 * returned.
 */
export function decideRelease(id: string, current: Reservation | undefined, nowMs: number): Decision {
  if (current === undefined) return { next: { id, state: 'released', lines: [], expiresAtMs: nowMs }, move: undefined }
  if (current.state === 'held') return { next: { ...current, state: 'released' }, move: 'unhold' }
  return current.state === 'expired' ? { next: { ...current, state: 'released' }, move: undefined } : keep(current)
}

/** @throws {ShopError} SHOP_RESERVATION_GONE when there is nothing to sell: never held, or no longer. */
export function decideCommit(id: string, current: Reservation | undefined): Decision {
  if (current?.state === 'held') return { next: { ...current, state: 'committed' }, move: 'sell' }
  if (current?.state === 'committed') return keep(current)
  throw reservationGone(id)
}

/** @throws {ShopError} SHOP_RESERVATION_GONE when there is no such reservation. */
export function decideReturn(id: string, current: Reservation | undefined): Decision {
  if (current === undefined) throw reservationGone(id)
  return current.state === 'committed' ? { next: { ...current, state: 'returned' }, move: 'restock' } : keep(current)
}

function keep(current: Reservation): Decision {
  return { next: current, move: undefined }
}

function sameLines(left: readonly StockLine[], right: readonly StockLine[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ productId, quantity }, at) => productId === right[at]?.productId && quantity === right[at].quantity)
  )
}
