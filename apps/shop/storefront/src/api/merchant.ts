import { call } from './client.ts'
import type {
  Money,
  NewProduct,
  Order,
  OrderPage,
  PriceChange,
  Product,
  ProductDraft,
  SearchAnswer,
  StockLevel,
} from './types.ts'

// A refund waits for the bank.
const refundTimeoutMs = 40_000

interface Page {
  readonly size: number
  readonly token?: string
}

/** The part of the API that is for the shop's staff. A change names the version it was made from. */
export const merchant = {
  products: (query: string, page: Page, signal?: AbortSignal): Promise<SearchAnswer> =>
    call('GET', `/merchant/products?${paramsOf({ query, ...pageParams(page) })}`, { signal }),
  create: (key: string, body: NewProduct): Promise<Product> =>
    call('POST', '/merchant/products', { body, headers: { 'idempotency-key': key } }),
  edit: (id: string, expectedVersion: number, draft: ProductDraft): Promise<Product> =>
    call('PUT', pathOf(id), { body: { expectedVersion, draft } }),
  reprice: (id: string, expectedVersion: number, price: Money): Promise<Product> =>
    call('PUT', `${pathOf(id)}/price`, { body: { expectedVersion, price } }),
  retire: (id: string, expectedVersion: number): Promise<Product> =>
    call('POST', `${pathOf(id)}/retire`, { body: { expectedVersion } }),
  restore: (id: string, expectedVersion: number): Promise<Product> =>
    call('POST', `${pathOf(id)}/restore`, { body: { expectedVersion } }),
  setImage: (id: string, expectedVersion: number, file: Blob): Promise<Product> =>
    call('PUT', `${pathOf(id)}/image?expectedVersion=${expectedVersion}`, { file }),
  removeImage: (id: string, expectedVersion: number): Promise<Product> =>
    call('DELETE', `${pathOf(id)}/image?expectedVersion=${expectedVersion}`),
  prices: (id: string, signal?: AbortSignal): Promise<{ changes: readonly PriceChange[] }> =>
    call('GET', `${pathOf(id)}/prices`, { signal }),
  adjustStock: (key: string, id: string, delta: number): Promise<StockLevel> =>
    call('POST', `${pathOf(id)}/stock`, { body: { delta }, headers: { 'idempotency-key': key } }),
  stock: (id: string, signal?: AbortSignal): Promise<{ levels: readonly StockLevel[] }> =>
    call('GET', `/merchant/stock?${paramsOf({ ids: id })}`, { signal }),

  orders: (statuses: readonly string[], page: Page, signal?: AbortSignal): Promise<OrderPage> => {
    const params = paramsOf(pageParams(page))
    for (const status of statuses) params.append('status', status)
    return call('GET', `/merchant/orders?${params}`, { signal })
  },
  order: (id: string, signal?: AbortSignal): Promise<Order> => call('GET', orderPathOf(id), { signal }),
  ship: (id: string, body: { carrier: string; trackingNumber: string }): Promise<Order> =>
    call('POST', `${orderPathOf(id)}/ship`, { body }),
  deliver: (id: string): Promise<Order> => call('POST', `${orderPathOf(id)}/deliver`, { body: {} }),
  refund: (id: string, body: { reason: string; restock: boolean }): Promise<Order> =>
    call('POST', `${orderPathOf(id)}/refund`, { body, timeoutMs: refundTimeoutMs }),
}

function pathOf(productId: string): string {
  return `/merchant/products/${encodeURIComponent(productId)}`
}

function orderPathOf(orderId: string): string {
  return `/merchant/orders/${encodeURIComponent(orderId)}`
}

function pageParams({ size, token = '' }: Page): Record<string, string> {
  return { pageSize: String(size), ...(token === '' ? {} : { pageToken: token }) }
}

function paramsOf(values: Readonly<Record<string, string>>): URLSearchParams {
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ''))
}
