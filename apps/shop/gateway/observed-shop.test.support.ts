import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { createHttpClient } from '@ashlar/http/client'
import { service, startService, type ConfigSpec, type ServiceDefinition, type ServiceContext } from '@ashlar/service'
import { bankService } from '../services/bank/bank-service.ts'
import { orderService } from '../services/order/order-service.ts'
import { paymentService } from '../services/payment/payment-service.ts'
import { productService } from '../services/product/product-service.ts'
import { startForTest, testMeshKey } from '../services/shared/start-service.test.support.ts'
import { userService } from '../services/user/user-service.ts'
import { gatewayService } from './gateway-service.ts'

type Tracer = ServiceContext<unknown>['tracer']
export type Span = ReturnType<Tracer['drain']>[number]
type Metrics = ServiceContext<unknown>['metrics']

interface ObservedShop {
  readonly url: string
  readonly tracer: Tracer
  readonly metrics: Metrics
}

/** The whole shop in this process. The gateway observes it all: every service here reports on the same channels. */
export async function observedShop(t: TestContext): Promise<ObservedShop> {
  const start = async <S extends ConfigSpec>(definition: ServiceDefinition<S>, more: Record<string, string> = {}) => {
    const running = await startForTest(definition, { LOG: 'error', TELEMETRY: 'off', BANK_KEY: 'key', ...more })
    t.after(() => running[Symbol.asyncDispose]())
    return running.url
  }
  const files = await mkdtemp(join(tmpdir(), 'ashlar-trace-'))
  t.after(() => rm(files, { recursive: true }))
  const [user, product, bank] = await Promise.all([
    start(userService, { FILES_DIR: files }),
    start(productService),
    start(bankService),
  ])
  const payment = await start(paymentService, { BANK_URL: bank })
  const order = await start(orderService, { PRODUCT_URL: product, PAYMENT_URL: payment })
  let context: Pick<ObservedShop, 'tracer' | 'metrics'> | undefined
  const observing = service({
    ...gatewayService,
    start(given) {
      context = given
      return gatewayService.start(given)
    },
  })
  const urls = { USER_URL: user, PRODUCT_URL: product, ORDER_URL: order, PAYMENT_URL: payment }
  const env = { ...urls, ASHLAR_MESH_KEY: testMeshKey, LOG: 'error', TRACE_KEEP_ONE_IN: '1' }
  const gateway = await startService(observing, env, { destination: { write: () => undefined } })
  t.after(() => gateway.close())
  return { url: gateway.url, ...(context as unknown as Pick<ObservedShop, 'tracer' | 'metrics'>) }
}

interface Customer {
  /** Buys what is in the cart. */
  buy(): Promise<{ readonly status: string }>
}

/** Somebody who is signed in and has one thing in the cart. */
export async function customerWithCart(t: TestContext, url: string): Promise<Customer> {
  const client = createHttpClient({ name: 'gateway', baseUrl: url, timeoutMs: 15_000 })
  t.after(() => client[Symbol.asyncDispose]())
  let headers: Record<string, string> = {}
  const ask = async <T>(method: string, path: string, json?: unknown): Promise<T> => {
    const answer = await client.request({ method, path, json, headers })
    assert.ok(answer.status < 300, `${path}: ${answer.status} ${answer.text()}`)
    return answer.json() as T
  }
  const account = { email: 'ada@example.com', password: 'correct horse battery', displayName: 'Ada' }
  const { accessToken } = await ask<{ accessToken: string }>('POST', '/api/users', account)
  headers = { authorization: `Bearer ${accessToken}`, 'idempotency-key': 'a-purchase-of-the-tests' }
  const { products } = await ask<{ products: { id: string }[] }>('GET', '/api/products?inStock=true')
  await ask('PUT', `/api/cart/items/${products[0]?.id}`, { quantity: 1 })
  const card = { number: '4242424242424242', expiryMonth: 12, expiryYear: 2030, securityCode: '123' }
  const { cardToken } = await ask<{ cardToken: string }>('POST', '/api/cards', card)
  const address = { name: 'Ada', line1: 'Square 12', postalCode: 'SW1Y 4LE', city: 'London', country: 'GB' }
  return { buy: () => ask('POST', '/api/orders', { cardToken, address }) }
}
