import { randomToken } from '@ashlar/kernel'
import { policyActions } from '@ashlar/resilience'
import { createClient, rpcHandler } from '@ashlar/rpc'
import { integer, service, url } from '@ashlar/service'
import { migrate, openDatabase, sqlActions } from '@ashlar/sql'
import { PaymentService } from '../../contracts/gen/shop/payment/v1/payment_pb.ts'
import { ProductService, StockService } from '../../contracts/gen/shop/product/v1/product_pb.ts'
import { calleeHealth, calleePolicy } from '../shared/callee-policy.ts'
import { shopEdge } from '../shared/edge.ts'
import { every } from '../shared/every.ts'
import { failureLog } from '../shared/failure-log.ts'
import { shopServiceConfig } from '../shared/service-config.ts'
import { fulfilmentRpc } from './fulfilment-rpc.ts'
import { createOrderDomain } from './order-domain.ts'
import { RemotePayments } from './payment-client.ts'
import { migrationDirectory, migrationNamespace, PostgresOrderRepository } from './postgres-repository.ts'
import { RemoteProducts, RemoteStock } from './product-client.ts'
import { orderRpc } from './rpc.ts'

const sweepEveryMs = 2_000
// A charge waits up to 3 s for the bank, and then some for its own database.
const chargeTimeoutMs = 6_000

/** Carts, orders, and what becomes of them. */
export const orderService = service({
  name: 'order',
  config: {
    ...shopServiceConfig,
    PRODUCT_URL: url(),
    PAYMENT_URL: url(),
    /** How long stock is held for an order that is being checked out. */
    RESERVATION_SECONDS: integer({ min: 1, max: 3_600, default: 120 }),
  },
  async start({ config, log, clock, random, onStop }) {
    const db = await openDatabase({ url: config.DATABASE_URL, name: 'order', clock, random })
    onStop(async () => db[Symbol.asyncDispose]())
    await migrate(db, { namespace: migrationNamespace, directory: migrationDirectory })
    const meshKey = config.ASHLAR_MESH_KEY
    // Less patient than the gateway is with carts: it should hear that products are away, not find that orders are.
    const productHealth = calleeHealth('product', { minCalls: 5, clock, random })
    const productPolicy = calleePolicy('product', { health: productHealth, attemptTimeoutMs: 2_500, clock, random })
    const paymentHealth = calleeHealth('payment', { clock, random })
    const paymentPolicy = calleePolicy('payment', {
      health: paymentHealth,
      attemptTimeoutMs: chargeTimeoutMs,
      clock,
      random,
    })
    const toProduct = { name: 'product', baseUrl: config.PRODUCT_URL, policy: productPolicy.run, meshKey, clock }
    const products = createClient(ProductService, toProduct)
    const stock = createClient(StockService, toProduct)
    const payment = { name: 'payment', baseUrl: config.PAYMENT_URL, policy: paymentPolicy.run }
    const toPayment = { ...payment, timeoutMs: chargeTimeoutMs + 500, meshKey, clock }
    const payments = createClient(PaymentService, toPayment)

    const domain = createOrderDomain({
      id: `order-${randomToken(random, 6)}`,
      repository: new PostgresOrderRepository(db),
      products: new RemoteProducts(products),
      stock: new RemoteStock(stock, config.RESERVATION_SECONDS),
      payments: new RemotePayments(payments),
      clock,
      random,
      log,
    })
    await domain.sweep()
    const sweeper = every(
      {
        intervalMs: sweepEveryMs,
        timeoutMs: 10_000,
        clock,
        onError: (err) => log.warn({ err }, 'abandoned orders could not be looked for; trying again'),
      },
      () => domain.sweep(),
    )
    const procedures = [orderRpc(domain), fulfilmentRpc(domain)]
    return {
      handler: rpcHandler(procedures, { edge: shopEdge, meshKey, onError: failureLog(log), clock }),
      edge: shopEdge,
      checks: [{ name: 'database', critical: true, check: () => db.ping() }],
      actions: [...sqlActions({ db, clock }), ...policyActions([productPolicy, paymentPolicy])],
      parts: [products, stock, payments, sweeper, domain.runner],
    }
  },
})
