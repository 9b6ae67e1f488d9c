import { randomUUID } from 'node:crypto'

/** A problem document, or what else came with a status of 400 and above. */
export interface Refused {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly issues: readonly { path: string; message: string }[]
  readonly text: string
}

export class ApiError extends Error {
  readonly refused: Refused

  constructor(refused: Refused) {
    super(`${refused.status} ${refused.code}: ${refused.detail}`)
    this.refused = refused
  }
}

export interface Money {
  readonly amountMinor: string
  readonly currency: string
}

export interface Product {
  readonly id: string
  readonly name: string
  readonly price: Money
  readonly available: number
}

export interface Order {
  readonly id: string
  readonly number: string
  readonly status: string
  readonly total: Money
  readonly lines: readonly { productId: string; quantity: number }[]
  readonly refusal?: { readonly code: string; readonly message: string }
  readonly history: readonly { status: string; note: string }[]
  readonly idempotencyKey: string
}

export interface Cart {
  readonly items: readonly { productId: string; quantity: number }[]
  readonly total: Money
}

export const address = {
  name: 'Ada Lovelace',
  line1: 'St James Square 12',
  postalCode: 'SW1Y 4LE',
  city: 'London',
  country: 'GB',
}

export const approvedCard = '4242424242424242'
export const declinedCard = '4000000000000002'

/** One customer, over the public API. */
export class ShopClient {
  readonly #baseUrl: string
  #token: string | undefined

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl
  }

  /** Sends a request and returns what came, whatever its status. */
  async send(
    method: string,
    path: string,
    options: { body?: unknown; text?: string; headers?: Record<string, string> } = {},
  ): Promise<{ status: number; body: unknown; text: string; headers: Headers }> {
    const headers: Record<string, string> = { accept: 'application/json', ...options.headers }
    if (this.#token !== undefined) headers.authorization ??= `Bearer ${this.#token}`
    const text = options.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body))
    if (text !== undefined) headers['content-type'] ??= 'application/json'
    const response = await fetch(this.#baseUrl + path, {
      method,
      headers,
      ...(text === undefined ? {} : { body: text }),
    })
    const received = await response.text()
    const json = response.headers.get('content-type')?.includes('json') === true
    return {
      status: response.status,
      body: json && received !== '' ? JSON.parse(received) : undefined,
      text: received,
      headers: response.headers,
    }
  }

  /** Sends a request that is expected to succeed. @throws {ApiError} */
  async call<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
    const answer = await this.send(method, path, { body, headers })
    if (answer.status < 400) return answer.body as T
    const problem = (answer.body ?? {}) as Partial<Refused>
    throw new ApiError({
      status: answer.status,
      code: problem.code ?? '(no code)',
      detail: problem.detail ?? answer.text,
      issues: problem.issues ?? [],
      text: answer.text,
    })
  }

  async register(
    email = `${randomUUID()}@example.com`,
    password = 'correct horse battery',
  ): Promise<{ email: string; password: string }> {
    const body = { email, password, displayName: 'Ada Lovelace' }
    const session = await this.call<{ accessToken: string }>('POST', '/api/users', body)
    this.#token = session.accessToken
    return { email, password }
  }

  /** A new session, with the roles of this moment. */
  async signIn(body: { email: string; password: string }): Promise<void> {
    this.#token = (await this.call<{ accessToken: string }>('POST', '/api/session', body)).accessToken
  }

  async search(query: string): Promise<readonly Product[]> {
    const path = `/api/products?inStock=true&pageSize=60&query=${encodeURIComponent(query)}`
    return (await this.call<{ products: Product[] }>('GET', path)).products
  }

  product(id: string): Promise<Product> {
    return this.call('GET', `/api/products/${id}`)
  }

  setCartItem(productId: string, quantity: number): Promise<Cart> {
    return this.call('PUT', `/api/cart/items/${productId}`, { quantity })
  }

  async cardToken(number: string = approvedCard): Promise<string> {
    const card = { number, expiryMonth: 12, expiryYear: 2030, securityCode: '123' }
    return (await this.call<{ cardToken: string }>('POST', '/api/cards', card)).cardToken
  }

  placeOrder(cardToken: string, key: string = randomUUID()): Promise<Order> {
    return this.call('POST', '/api/orders', { cardToken, address }, { 'idempotency-key': key })
  }

  order(id: string): Promise<Order> {
    return this.call('GET', `/api/orders/${id}`)
  }

  async orders(): Promise<readonly Order[]> {
    return (await this.call<{ orders: Order[] }>('GET', '/api/orders?pageSize=50')).orders
  }
}
