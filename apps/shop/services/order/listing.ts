import type { Cursor } from '../shared/page-token.ts'
import type { Order } from './order.ts'

export interface OrderPage {
  readonly orders: readonly Order[]
  /** Where the page ended; `undefined` on the last one. */
  readonly end: Cursor | undefined
}

/** A page of `size` orders of what was `found` when one more was asked for. */
export function pageOf(found: readonly Order[], size: number): OrderPage {
  const orders = found.slice(0, size)
  const last = orders.at(-1)
  return { orders, end: found.length > size && last ? { key: last.createdAtMs, id: last.id } : undefined }
}
