import type { OrderStatus } from '../api/types.ts'

/** The part of sessionStorage that is needed here. */
export interface KeyStore {
  getItem(name: string): string | null
  setItem(name: string, value: string): void
  removeItem(name: string): void
}

const slot = 'ashlar.purchase'

/**
 * The key of the purchase being made: the one already under way, else a new one. It outlives reloads and lost
 * answers, so that pressing the button again is the same purchase and can never charge twice.
 */
export function purchaseKey(store: KeyStore, customerId: string, newKey: () => string): string {
  const under = keyUnderWay(store, customerId)
  if (under !== undefined) return under
  const key = newKey()
  store.setItem(slot, `${customerId} ${key}`)
  return key
}

/** The key of a purchase whose end is not known yet. Another customer's on the same device is not ours to use. */
export function keyUnderWay(store: KeyStore, customerId: string): string | undefined {
  const [owner, key] = (store.getItem(slot) ?? '').split(' ')
  return owner === customerId && key !== undefined && key !== '' ? key : undefined
}

/** Forgets the key once its order has come to an end; the next purchase gets a new one. */
export function settlePurchase(store: KeyStore, order: { idempotencyKey: string; status: OrderStatus }): void {
  const stored = (store.getItem(slot) ?? '').split(' ')[1]
  if (isSettled(order.status) && stored === order.idempotencyKey) store.removeItem(slot)
}

/** Forgets whatever is under way: the server has said that the key stands for a different purchase. */
export function dropPurchase(store: KeyStore): void {
  store.removeItem(slot)
}

/** True once a purchase has come to its end, whatever becomes of the goods after. */
function isSettled(status: OrderStatus): boolean {
  return !underWay.includes(status)
}

const underWay: readonly OrderStatus[] = [
  'ORDER_STATUS_UNSPECIFIED',
  'ORDER_STATUS_PENDING',
  'ORDER_STATUS_RESERVED',
  'ORDER_STATUS_INTERRUPTED',
  'ORDER_STATUS_CREATED',
]
