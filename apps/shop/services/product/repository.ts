import type { Cursor } from '../shared/page-token.ts'
import type { Catalogue, CountedCategory, ListedProduct, ProductSearch, SearchPage } from './product.ts'
import type { Reservation, ReservationState, ReserveCommand, StockLevel } from './reservation.ts'

export interface ProductRepository {
  /** Fills an empty shop; leaves one that has products alone. Safe from many at once. Returns whether it filled it. */
  seed(catalogue: () => Catalogue): Promise<boolean>
  /** All categories in the catalogue's order. */
  categories(): Promise<readonly CountedCategory[]>
  /**
   * The page after `after`. Pages of a search visit each product once, whatever is bought in between.
   * Ranking: a match in the name counts for more than one in brand or category, and that for more than one elsewhere.
   */
  search(search: ProductSearch, page: { size: number; after: Cursor | undefined }): Promise<SearchPage>
  /** In the order of `ids`; unknown ones are left out. */
  find(ids: readonly string[]): Promise<readonly ListedProduct[]>
}

/** Keeps `available + reserved + sold = initial` for every product, whatever happens at the same time. */
export interface StockRepository {
  /**
   * Holds all lines or none.
   * @throws {OutOfStockError} naming every product that is short.
   * @throws {ShopError} SHOP_PRODUCT_NOT_FOUND, SHOP_IDEMPOTENCY_KEY_REUSED.
   */
  reserve(command: ReserveCommand): Promise<Reservation>
  release(id: string, nowMs: number): Promise<ReservationState>
  /** @throws {ShopError} SHOP_RESERVATION_GONE */
  commit(id: string, nowMs: number): Promise<ReservationState>
  /** @throws {ShopError} SHOP_RESERVATION_GONE */
  returnSold(id: string, nowMs: number): Promise<ReservationState>
  /** Expires up to `limit` held reservations whose time has come, oldest first. Returns their ids. */
  sweep(nowMs: number, limit: number): Promise<readonly string[]>
  /** Of these products, or of all, by product id. Unknown ones are left out. */
  levels(productIds: readonly string[] | 'all'): Promise<readonly StockLevel[]>
}

export interface ProductStore {
  readonly products: ProductRepository
  readonly stock: StockRepository
}
