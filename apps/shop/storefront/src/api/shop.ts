import type { Criteria } from '../lib/criteria.ts'
import { apiQuery } from '../lib/criteria.ts'
import { call } from './client.ts'
import type {
  Address,
  CardToken,
  Cart,
  Category,
  Invoice,
  Money,
  Order,
  OrderPage,
  Preferences,
  Product,
  Recommendations,
  SearchAnswer,
  Session,
  User,
} from './types.ts'

// The refresh token stays in a cookie that scripts cannot read.
const cookie = { 'x-session': 'cookie' }
// A checkout waits for stock and for the bank.
const checkoutTimeoutMs = 40_000

export interface NewCard {
  readonly number: string
  readonly expiryMonth: number
  readonly expiryYear: number
  readonly securityCode: string
}

export const shop = {
  /** With the same key and password once more, after a lost answer, it signs in whom it has registered. */
  register: (key: string, body: { email: string; password: string; displayName: string }): Promise<Session> =>
    call('POST', '/users', { body, headers: { ...cookie, 'idempotency-key': key } }),
  signIn: (body: { email: string; password: string }): Promise<Session> =>
    call('POST', '/session', { body, headers: cookie }),
  refresh: (): Promise<Session | undefined> => call('POST', '/session/refresh', { body: {}, headers: cookie }),
  signOut: (): Promise<void> => call('DELETE', '/session', { headers: cookie }),

  requestPasswordReset: (email: string): Promise<void> => call('POST', '/password-resets', { body: { email } }),
  resetPassword: (token: string, newPassword: string): Promise<void> =>
    call('POST', '/password-resets/confirm', { body: { token, newPassword } }),
  changePassword: (body: { currentPassword: string; newPassword: string }): Promise<Session> =>
    call('PUT', '/me/password', { body, headers: cookie }),

  me: (): Promise<User> => call('GET', '/me'),
  saveMe: (body: { displayName: string; address?: Address }): Promise<User> => call('PATCH', '/me', { body }),
  preferences: (signal?: AbortSignal): Promise<Preferences> => call('GET', '/me/preferences', { signal }),
  savePreferences: (body: Preferences): Promise<Preferences> => call('PUT', '/me/preferences', { body }),

  categories: (signal?: AbortSignal): Promise<{ categories: readonly Category[] }> =>
    call('GET', '/categories', { signal }),
  search: (
    criteria: Partial<Criteria>,
    page: { size: number; token?: string },
    signal?: AbortSignal,
  ): Promise<SearchAnswer> => call('GET', `/products?${apiQuery(criteria, page)}`, { signal }),
  product: (id: string, signal?: AbortSignal): Promise<Product> =>
    call('GET', `/products/${encodeURIComponent(id)}`, { signal }),
  /** What is bought together with the product; best sellers where nothing is known or nothing can be had. */
  besides: (id: string, limit: number, signal?: AbortSignal): Promise<Recommendations> =>
    call('GET', `/products/${encodeURIComponent(id)}/recommendations?limit=${limit}`, { signal }),
  bestSellers: (limit: number, signal?: AbortSignal): Promise<Recommendations> =>
    call('GET', `/recommendations?limit=${limit}`, { signal }),

  cart: (signal?: AbortSignal): Promise<Cart> => call('GET', '/cart', { signal }),
  setCartItem: (productId: string, quantity: number): Promise<Cart> =>
    call('PUT', `/cart/items/${encodeURIComponent(productId)}`, { body: { quantity } }),

  card: (body: NewCard): Promise<CardToken> => call('POST', '/cards', { body, timeoutMs: checkoutTimeoutMs }),
  /** @param body.expectedTotal what the customer was shown; the shop refuses to charge anything else. */
  placeOrder: (key: string, body: { cardToken: string; address: Address; expectedTotal?: Money }): Promise<Order> =>
    call('POST', '/orders', { body, headers: { 'idempotency-key': key }, timeoutMs: checkoutTimeoutMs }),
  /** Makes an order of the cart that is paid later. */
  openOrder: (key: string, body: { address: Address }): Promise<Order> =>
    call('POST', '/open-orders', { body, headers: { 'idempotency-key': key } }),
  setOrderItem: (id: string, productId: string, quantity: number): Promise<Order> =>
    call('PUT', `/orders/${encodeURIComponent(id)}/items/${encodeURIComponent(productId)}`, { body: { quantity } }),
  payOrder: (id: string, body: { cardToken: string; expectedTotal: Money }): Promise<Order> =>
    call('POST', `/orders/${encodeURIComponent(id)}/pay`, { body, timeoutMs: checkoutTimeoutMs }),
  orders: (page: { size: number; token?: string }, signal?: AbortSignal): Promise<OrderPage> =>
    call('GET', `/orders?pageSize=${page.size}&pageToken=${encodeURIComponent(page.token ?? '')}`, { signal }),
  order: (id: string, signal?: AbortSignal): Promise<Order> =>
    call('GET', `/orders/${encodeURIComponent(id)}`, { signal }),
  cancelOrder: (id: string, reason: string): Promise<Order> =>
    call('POST', `/orders/${encodeURIComponent(id)}/cancel`, { body: { reason }, timeoutMs: checkoutTimeoutMs }),
  invoice: (id: string, signal?: AbortSignal): Promise<Invoice> =>
    call('GET', `/orders/${encodeURIComponent(id)}/invoice`, { signal }),
}
