import type { Cursor } from '../shared/page-token.ts'
import type { ProductImage } from './image/image.ts'
import type { ChangeCommand, CreateCommand } from './product-change.ts'
import type { Catalogue, CountedCategory, ListedProduct, PriceChange, ProductSearch, SearchPage } from './product.ts'
import type { AdjustCommand, Ending, Reservation, ReservationState, ReserveCommand, StockLevel } from './reservation.ts'

export interface ProductRepository {
  /** Fills an empty shop; leaves one that has products alone. Safe from many at once. Returns whether it filled it. */
  seed(catalogue: () => Catalogue): Promise<boolean>
  /** All categories in the catalogue's order, with how many products are on sale in each. */
  categories(): Promise<readonly CountedCategory[]>
  /**
   * The page after `after`. Pages of a search visit each product once, whatever is bought in between.
   * Ranking: a match in the name counts for more than one in brand or category, and that for more than one elsewhere.
   */
  search(search: ProductSearch, page: { size: number; after: Cursor | undefined }): Promise<SearchPage>
  /** In the order of `ids`, retired ones included; unknown ones are left out. */
  find(ids: readonly string[]): Promise<readonly ListedProduct[]>
  /** The product's picture, if its hash is this one. */
  image(productId: string, hash: string): Promise<ProductImage | undefined>
}

/** The catalogue as merchants change it. */
export interface MerchantRepository {
  /**
   * A repeat with the same merchant and key makes nothing, and gets the product as it has become.
   * @throws {ShopError} SHOP_SKU_TAKEN, SHOP_IDEMPOTENCY_KEY_REUSED. {InvalidInputError} when there is no such category.
   */
  create(command: CreateCommand): Promise<ListedProduct>
  /**
   * Of several who start from the same version and want different things, one succeeds.
   * @throws {ShopError} SHOP_PRODUCT_NOT_FOUND, SHOP_PRODUCT_CHANGED. {InvalidInputError} when there is no such category.
   */
  change(command: ChangeCommand): Promise<ListedProduct>
  /** Newest first, the price that it began with included. Empty for an unknown product. */
  priceChanges(productId: string, limit: number): Promise<readonly PriceChange[]>
  /** Forgets idempotency keys used longer ago than this. Returns how many: when that is `limit`, there may be more. */
  forgetKeys(options: { olderThanMs: number; limit: number }): Promise<number>
}

/** Keeps `available + reserved + sold = initial` for every product, whatever happens at the same time. */
export interface StockRepository {
  /**
   * Holds all lines or none.
   * @throws {OutOfStockError} naming every product that is short.
   * @throws {ShopError} SHOP_PRODUCT_NOT_FOUND, SHOP_PRODUCT_RETIRED, SHOP_IDEMPOTENCY_KEY_REUSED.
   */
  reserve(command: ReserveCommand): Promise<Reservation>
  release(id: string, nowMs: number): Promise<ReservationState>
  /** @throws {ShopError} SHOP_RESERVATION_GONE */
  commit(id: string, nowMs: number): Promise<ReservationState>
  /** @throws {ShopError} SHOP_RESERVATION_GONE */
  returnSold(id: string, nowMs: number): Promise<ReservationState>
  /** Expires up to `limit` held reservations whose time has come, oldest first. Returns their ids. */
  sweep(nowMs: number, limit: number): Promise<readonly string[]>
  /**
   * @throws {OutOfStockError} when more would be taken out than is available.
   * @throws {ShopError} SHOP_PRODUCT_NOT_FOUND, SHOP_IDEMPOTENCY_KEY_REUSED.
   */
  adjust(command: AdjustCommand): Promise<StockLevel>
  /**
   * Forgets up to `limit` reservations that ended so before `beforeMs`: for all that is asked about them later, they never
   * were. Returns how many: when that is `limit`, there may be more.
   */
  forget(ending: Ending, options: { beforeMs: number; limit: number }): Promise<number>
  /** Of these products, or of all, by product id. Unknown ones are left out. */
  levels(productIds: readonly string[] | 'all'): Promise<readonly StockLevel[]>
}

/** Finds what can be bought now: nothing that is retired or sold out. */
export interface RecommendationRepository {
  /**
   * Bought together with the product by at least so many orders, most orders first. An order counts from its commit until
   * its return, if it has 2 to 20 lines.
   */
  alsoBought(
    productId: string,
    options: { readonly minOrders: number; readonly limit: number },
  ): Promise<readonly ListedProduct[]>
  /** Most pieces sold first; of those that were sold as often, the most popular. */
  bestSellers(limit: number): Promise<readonly ListedProduct[]>
}

export interface ProductStore {
  readonly products: ProductRepository
  readonly stock: StockRepository
  readonly recommendations: RecommendationRepository
  readonly merchant: MerchantRepository
}
