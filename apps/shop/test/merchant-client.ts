import { randomUUID } from 'node:crypto'
import type { RunningShop } from './running-shop.ts'
import type { Order, Product, ShopClient } from './shop-client.ts'

export interface Merchant {
  readonly client: ShopClient
  readonly credentials: { readonly email: string; readonly password: string }
  /** A new product with many pieces, of a brand that nothing else has. */
  create(options: { name: string; euros: number; stock?: number }): Promise<EditableProduct>
  reprice(product: EditableProduct, euros: number): Promise<EditableProduct>
  retire(product: EditableProduct): Promise<EditableProduct>
  ship(order: { readonly id: string }): Promise<Order>
}

export interface EditableProduct extends Product {
  readonly version: number
}

/** Somebody of the shop's staff: registered like anybody, and then given the role by an operator. */
export async function hireMerchant(shop: RunningShop): Promise<Merchant> {
  const client = shop.customer()
  const credentials = await client.register()
  await shop.setRole(credentials.email, 'merchant')
  // The role is in the next access token.
  await client.signIn(credentials)
  const call = <T>(method: string, path: string, body: unknown): Promise<T> =>
    client.call(method, `/api/merchant${path}`, body, { 'idempotency-key': randomUUID() })
  return {
    client,
    credentials,
    create: ({ name, euros, stock = 50 }) =>
      call('POST', '/products', {
        sku: `TEST-${randomUUID().slice(0, 8).toUpperCase()}`,
        draft: { name, brand: 'Testware', categorySlug: 'mugs', description: '', attributes: [], colour: '#b4532f' },
        price: money(euros),
        initialStock: stock,
      }),
    reprice: ({ id, version }, euros) =>
      call('PUT', `/products/${id}/price`, { expectedVersion: version, price: money(euros) }),
    retire: ({ id, version }) => call('POST', `/products/${id}/retire`, { expectedVersion: version }),
    ship: ({ id }) => call('POST', `/orders/${id}/ship`, { carrier: 'DHL', trackingNumber: 'JD0001' }),
  }
}

function money(euros: number): { amountMinor: string; currency: string } {
  return { amountMinor: String(euros * 100), currency: 'EUR' }
}
