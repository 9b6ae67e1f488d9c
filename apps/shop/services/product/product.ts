import type { Money } from '../shared/money.ts'
import type { Cursor } from '../shared/page-token.ts'

export interface Attribute {
  readonly name: string
  readonly value: string
}

export interface Product {
  readonly id: string
  readonly sku: string
  readonly name: string
  readonly brand: string
  readonly categorySlug: string
  readonly description: string
  readonly price: Money
  readonly attributes: readonly Attribute[]
  /** 43 is 4.3 of 5 stars. */
  readonly ratingTenths: number
  readonly ratingCount: number
  /** `#rrggbb` */
  readonly colour: string
  readonly createdAtMs: number
}

/** A product on the shelf: what it was made with, as merchants have changed it since. */
export interface ShelvedProduct extends Product {
  /** Begins with 1 and grows by one with each change that a merchant makes. Stock leaves it alone. */
  readonly version: number
  /** Neither found nor sold any more; orders still refer to it. */
  readonly retired: boolean
  /** Of its picture, where it has one. */
  readonly imageHash: string | undefined
}

/** A product as customers see it. */
export interface ListedProduct extends ShelvedProduct {
  readonly categoryName: string
  /** How many can be bought now: of a retired one none, whatever is in stock. */
  readonly available: number
}

/** What a product cost from some time on. */
export interface PriceChange {
  readonly price: Money
  readonly atMs: number
  /** Undefined for the price that the shop opened with. */
  readonly merchantId: string | undefined
}

interface Category {
  /** Lower case with hyphens. */
  readonly slug: string
  readonly name: string
}

export interface CountedCategory extends Category {
  readonly productCount: number
}

/** What a shop opens with. */
export interface Catalogue {
  readonly categories: readonly Category[]
  readonly products: readonly (Product & { readonly initialStock: number })[]
}

/** `relevance` is by rank where there is a query, else by popularity. */
export type SortOrder = 'relevance' | 'price-ascending' | 'price-descending' | 'newest' | 'rating'

export interface ProductSearch {
  /** What the customer typed, unchanged. Empty browses everything. */
  readonly query: string
  readonly categorySlug: string | undefined
  readonly sort: SortOrder
  readonly inStockOnly: boolean
  /** Both inclusive. */
  readonly minPriceMinor: number | undefined
  readonly maxPriceMinor: number | undefined
  /** For merchants. */
  readonly includeRetired: boolean
}

export interface SearchPage {
  readonly products: readonly ListedProduct[]
  /** Where this page ended; undefined on the last one. */
  readonly end: Cursor | undefined
  readonly totalCount: number
  /**
   * How many products match in each category, most first. The search's own category narrows the products but not these
   * counts, so that a customer sees where else to look.
   */
  readonly categories: readonly CountedCategory[]
}
