import { withoutStack } from '@ashlar/kernel'
import { ShopError, refusal } from '../shared/shop-errors.ts'

/** A product of which there is less than was asked for. */
export interface Shortage {
  readonly productId: string
  readonly name: string
  readonly asked: number
  readonly available: number
}

export class OutOfStockError extends ShopError<'SHOP_OUT_OF_STOCK'> {
  readonly shortages: readonly Shortage[]

  constructor(shortages: readonly Shortage[]) {
    super('SHOP_OUT_OF_STOCK', `not enough in stock: ${shortages.map(describe).join('; ')}`)
    this.shortages = shortages
  }
}

export const outOfStock = (shortages: readonly Shortage[]): OutOfStockError =>
  withoutStack(() => new OutOfStockError(shortages))

export const productNotFound = (ids: readonly string[]): ShopError =>
  refusal('SHOP_PRODUCT_NOT_FOUND', `there is no product with id ${ids.join(', ')}`)

export const reservationGone = (id: string): ShopError =>
  refusal('SHOP_RESERVATION_GONE', `nothing is held under reservation ${id} any more`)

export const reservationReused = (id: string): ShopError =>
  refusal('SHOP_IDEMPOTENCY_KEY_REUSED', `reservation ${id} exists already with other lines`)

function describe({ name, asked, available }: Shortage): string {
  return `"${name}" (${available} left, ${asked} asked for)`
}
