import { isDeepStrictEqual } from 'node:util'
import type { Money } from '../shared/money.ts'
import { productChanged } from './errors.ts'
import type { ProductImage } from './image/image.ts'
import type { Product, ShelvedProduct } from './product.ts'

/** What merchants say about a product. */
export type ProductDraft = Pick<Product, 'name' | 'brand' | 'categorySlug' | 'description' | 'attributes' | 'colour'>

export interface CreateCommand {
  readonly merchantId: string
  readonly idempotencyKey: string
  /** Of the new product; not used where the key finds one that exists. */
  readonly productId: string
  readonly sku: string
  readonly draft: ProductDraft
  readonly price: Money
  readonly initialStock: number
  readonly nowMs: number
}

export type ProductChange =
  | { readonly kind: 'edit'; readonly draft: ProductDraft }
  | { readonly kind: 'reprice'; readonly price: Money }
  | { readonly kind: 'retire' }
  | { readonly kind: 'restore' }
  /** Without one, the product's picture is taken away. */
  | { readonly kind: 'image'; readonly image: ProductImage | undefined }

export interface ChangeCommand {
  readonly merchantId: string
  readonly productId: string
  /** Of the product that the merchant had in front of them. */
  readonly expectedVersion: number
  readonly change: ProductChange
  readonly nowMs: number
}

/** A product as it begins: nobody has rated it. */
export function newProduct(command: Omit<CreateCommand, 'merchantId' | 'idempotencyKey'>): ShelvedProduct {
  const { productId, sku, draft, price, nowMs } = command
  const unrated = { ratingTenths: 0, ratingCount: 0 }
  const fresh = { version: 1, retired: false, imageHash: undefined }
  return { id: productId, sku, ...draft, price, ...unrated, createdAtMs: nowMs, ...fresh }
}

/**
 * The product after the change; `current` itself where that is what was wanted, from whatever version: so a request
 * whose answer was lost can be repeated, and nobody is told of a conflict over nothing.
 * @throws {ShopError} SHOP_PRODUCT_CHANGED when somebody else was faster.
 */
export function decideChange<P extends ShelvedProduct>(
  current: P,
  { change, expectedVersion }: Pick<ChangeCommand, 'change' | 'expectedVersion'>,
): P {
  const next = { ...current, ...changed(change) }
  if (isDeepStrictEqual(next, current)) return current
  if (current.version !== expectedVersion) throw productChanged(current, expectedVersion)
  return { ...next, version: current.version + 1 }
}

function changed(change: ProductChange): Partial<ShelvedProduct> {
  if (change.kind === 'edit') return change.draft
  if (change.kind === 'reprice') return { price: change.price }
  if (change.kind === 'image') return { imageHash: change.image?.hash }
  return { retired: change.kind === 'retire' }
}

/** What a request for a new product says: the same in each repeat, unlike its time and the id that it would get. */
export function askedOf({ sku, draft, price, initialStock }: CreateCommand): Readonly<Record<string, unknown>> {
  return { create: sku, draft, price, initialStock }
}
