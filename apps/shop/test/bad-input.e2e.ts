import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { startShop, type RunningShop } from './running-shop.ts'
import { address, type ShopClient } from './shop-client.ts'

interface Sent {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly text?: string
  readonly headers?: Record<string, string>
  readonly status: number
  readonly code: string
  /** What the sentence, or one of the issues, must say. */
  readonly says: RegExp
}

const cardBody = { number: '4242424242424242', expiryMonth: 12, expiryYear: 2030, securityCode: '123' }
const nobody = '0197a1b2-0000-7000-8000-000000000000'

const asCustomer: readonly Sent[] = [
  {
    name: 'malformed JSON',
    method: 'PUT',
    path: '/api/me/preferences',
    text: '{"theme": ',
    status: 400,
    code: 'ASHLAR_HTTP_MALFORMED_JSON',
    says: /JSON/,
  },
  {
    name: 'a body that is not JSON at all',
    method: 'PUT',
    path: '/api/me/preferences',
    text: 'theme=dark',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
    code: 'ASHLAR_HTTP_UNSUPPORTED_MEDIA_TYPE',
    says: /application\/json/,
  },
  {
    name: 'a value of the wrong type',
    method: 'PUT',
    path: `/api/cart/items/${nobody}`,
    body: { quantity: 'two' },
    status: 400,
    code: 'ASHLAR_INVALID_INPUT',
    says: /quantity has the wrong type: expected number/,
  },
  {
    name: 'a list where an object belongs',
    method: 'PUT',
    path: `/api/cart/items/${nobody}`,
    body: [1],
    status: 400,
    code: 'ASHLAR_INVALID_INPUT',
    says: /shape/,
  },
  {
    name: 'an unknown product',
    method: 'PUT',
    path: `/api/cart/items/${nobody}`,
    body: { quantity: 1 },
    status: 404,
    code: 'SHOP_PRODUCT_NOT_FOUND',
    says: /product/,
  },
  {
    name: 'a product id that is none',
    method: 'GET',
    path: '/api/products/42',
    status: 400,
    code: 'ASHLAR_INVALID_INPUT',
    says: /productId must be a UUID/,
  },
  {
    name: 'a quantity that was left out',
    method: 'PUT',
    path: `/api/cart/items/${nobody}`,
    body: {},
    status: 400,
    code: 'ASHLAR_INVALID_INPUT',
    says: /quantity is required/,
  },
  {
    name: 'a negative quantity',
    method: 'PUT',
    path: `/api/cart/items/${nobody}`,
    body: { quantity: -1 },
    status: 400,
    code: 'ASHLAR_INVALID_INPUT',
    says: /quantity must be 0 to 99/,
  },
  {
    name: 'a huge body',
    method: 'PUT',
    path: '/api/me/preferences',
    text: JSON.stringify({ theme: 'x'.repeat(2_000_000) }),
    status: 413,
    code: 'ASHLAR_HTTP_BODY_TOO_LARGE',
    says: /larger than 65536 bytes/,
  },
  {
    name: 'an order without a key',
    method: 'POST',
    path: '/api/orders',
    body: { cardToken: 'x', address },
    status: 400,
    code: 'ASHLAR_INVALID_INPUT',
    says: /Idempotency-Key is required/,
  },
  {
    name: 'an order of nothing',
    method: 'POST',
    path: '/api/orders',
    body: { cardToken: 'tok_x', address },
    headers: { 'idempotency-key': randomUUID() },
    status: 409,
    code: 'SHOP_CART_EMPTY',
    says: /cart is empty/,
  },
  {
    name: 'a card number with a typing error',
    method: 'POST',
    path: '/api/cards',
    body: { ...cardBody, number: '4242424242424241' },
    status: 400,
    code: 'ASHLAR_INVALID_INPUT',
    says: /number/,
  },
  {
    name: 'somebody else’s order',
    method: 'GET',
    path: `/api/orders/${nobody}`,
    status: 404,
    code: 'SHOP_ORDER_NOT_FOUND',
    says: /order/,
  },
  {
    name: 'a page token that was made up',
    method: 'GET',
    path: '/api/orders?pageToken=eyJ4IjoxfQ',
    status: 400,
    code: 'ASHLAR_INVALID_INPUT',
    says: /pageToken/,
  },
]

const asAnybody: readonly Sent[] = [
  {
    name: 'a path that does not exist',
    method: 'GET',
    path: '/api/nothing',
    status: 404,
    code: 'ASHLAR_HTTP_NOT_FOUND',
    says: /\/api\/nothing/,
  },
  {
    name: 'a method that is not possible',
    method: 'DELETE',
    path: '/api/products',
    status: 405,
    code: 'ASHLAR_HTTP_METHOD_NOT_ALLOWED',
    says: /GET/,
  },
  {
    name: 'a sort order that does not exist',
    method: 'GET',
    path: '/api/products?sort=best',
    status: 400,
    code: 'ASHLAR_INVALID_INPUT',
    says: /sort must be one of popular, price/,
  },
  {
    name: 'search syntax that means nothing',
    method: 'GET',
    path: `/api/products?query=${encodeURIComponent(`'); drop table product; -- & | ! ( :*`)}`,
    status: 200,
    code: '',
    says: /products/,
  },
  { name: 'no token', method: 'GET', path: '/api/cart', status: 401, code: 'SHOP_TOKEN_INVALID', says: /sign in/ },
  {
    name: 'a token that is no token',
    method: 'GET',
    path: '/api/cart',
    headers: { authorization: 'Bearer abc' },
    status: 401,
    code: 'SHOP_TOKEN_INVALID',
    says: /not valid/,
  },
  {
    name: 'a wrong password',
    method: 'POST',
    path: '/api/session',
    body: { email: 'nobody@example.com', password: 'wrong password' },
    status: 401,
    code: 'SHOP_BAD_CREDENTIALS',
    says: /password/,
  },
  {
    name: 'a registration with everything wrong',
    method: 'POST',
    path: '/api/users',
    body: { email: 'x', password: 'short', displayName: '' },
    status: 400,
    code: 'ASHLAR_INVALID_INPUT',
    says: /email.*password.*displayName/s,
  },
]

suite('bad input gets one clear message, the right status, and nothing about the inside', () => {
  let shop: RunningShop
  let customer: ShopClient

  before(async () => {
    shop = await startShop()
    customer = shop.customer()
    await customer.register()
  })
  after(() => shop.stop())

  for (const sent of asCustomer) test(`${sent.name}: ${sent.status}`, () => check(customer, sent))
  for (const sent of asAnybody) test(`${sent.name}: ${sent.status}`, () => check(shop.customer(), sent))

  test('a forged token: 401, whatever it claims', async () => {
    const good = await signed()
    const [header, payload] = good.split('.') as [string, string]
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`
    for (const token of [good, none, `${header}.${payload}.`, `${good}x`, 'x'.repeat(9_000)]) {
      await check(shop.customer(), forged(token))
    }
  })

  test('registering twice with one address: 409', async () => {
    const { email } = await shop.customer().register()
    const body = { email: email.toUpperCase(), password: 'correct horse battery', displayName: 'Ada' }
    await check(shop.customer(), {
      name: 'twice',
      method: 'POST',
      path: '/api/users',
      body,
      status: 409,
      code: 'SHOP_EMAIL_TAKEN',
      says: /exists already/,
    })
  })
})

async function check(client: ShopClient, sent: Sent): Promise<void> {
  const answer = await client.send(sent.method, sent.path, {
    ...(sent.body === undefined ? {} : { body: sent.body }),
    ...(sent.text === undefined ? {} : { text: sent.text }),
    headers: { ...sent.headers },
  })
  assert.equal(answer.status, sent.status, answer.text)
  assert.match(answer.text, sent.says)
  assert.doesNotMatch(answer.text, /\bat .*\.ts:|node_modules|select .* from|insert into|syntax error at|127\.0\.0\.1/i)
  if (sent.status < 400) return
  const problem = answer.body as { status: number; code: string; title: string; detail: string; traceId: string }
  assert.equal(answer.headers.get('content-type'), `application/problem+json`)
  assert.equal(problem.code, sent.code)
  assert.equal(problem.status, sent.status)
  assert.ok(problem.title.length > 0 && problem.detail.length > 0)
  assert.match(problem.traceId, /^[0-9a-f]{32}$/)
}

function forged(token: string): Sent {
  const headers = { authorization: `Bearer ${token}` }
  const refused = { status: 401, code: 'SHOP_TOKEN_INVALID', says: /not valid/ }
  return { name: 'forged', method: 'GET', path: '/api/me', headers, ...refused }
}

/** A token that looks like the shop's own but is signed by a key of the test's. */
async function signed(): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA')
  const { kid = 'k' } = await exportJWK(publicKey)
  return new SignJWT({ roles: ['admin'] })
    .setProtectedHeader({ alg: 'EdDSA', kid })
    .setSubject(nobody)
    .setIssuer('ashlar-shop')
    .setAudience('shop')
    .setExpirationTime('1h')
    .sign(privateKey)
}
