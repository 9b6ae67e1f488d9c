import { withoutStack, type InvalidInputError } from '@ashlar/kernel'
import { ShopError, refusal } from '../shared/shop-errors.ts'
import { invalid } from '../shared/validate.ts'

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

export const productRetired = (names: readonly string[]): ShopError =>
  refusal('SHOP_PRODUCT_RETIRED', `no longer sold: ${names.map((name) => `"${name}"`).join(', ')}`)

export const productChanged = (product: { name: string; version: number }, expectedVersion: number): ShopError =>
  refusal(
    'SHOP_PRODUCT_CHANGED',
    `"${product.name}" has been changed since: it is at version ${product.version}, not ${expectedVersion}; look again`,
  )

export const skuTaken = (sku: string): ShopError =>
  refusal('SHOP_SKU_TAKEN', `there is a product with SKU ${sku} already`)

export const unknownCategory = (slug: string): InvalidInputError =>
  invalid('draft.categorySlug', `is not a category of this shop: ${slug}`)

export const merchantKeyReused = (): ShopError =>
  refusal('SHOP_IDEMPOTENCY_KEY_REUSED', 'this idempotency key was used for another request; take a new one')

export const imageInvalid = (what: string): ShopError => refusal('SHOP_IMAGE_INVALID', `the picture ${what}`)

export const imageNotFound = (): ShopError =>
  refusal('SHOP_IMAGE_NOT_FOUND', 'the product has no such picture, or no longer')

export const reservationGone = (id: string): ShopError =>
  refusal('SHOP_RESERVATION_GONE', `nothing is held under reservation ${id} any more`)

export const reservationReused = (id: string): ShopError =>
  refusal('SHOP_IDEMPOTENCY_KEY_REUSED', `reservation ${id} exists already with other lines`)

function describe({ name, asked, available }: Shortage): string {
  return `"${name}" (${available} left, ${asked} asked for)`
}
