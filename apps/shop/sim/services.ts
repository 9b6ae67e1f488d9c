import { edgeTable, randomToken, uuidGenerator } from '@ashlar/kernel'
import { httpEdgeRows, type HttpHandler } from '@ashlar/http'
import { rpcHandler, type Client, type RpcService } from '@ashlar/rpc'
import { sqlEdgeRows } from '@ashlar/sql'
import type { DescService } from '@bufbuild/protobuf'
import { PaymentService } from '../contracts/gen/shop/payment/v1/payment_pb.ts'
import { ProductService, StockService } from '../contracts/gen/shop/product/v1/product_pb.ts'
import { bankApi } from '../services/bank/api.ts'
import { Bank } from '../services/bank/bank.ts'
import { Misbehaviour } from '../services/bank/behaviour.ts'
import { bankEdgeRows } from '../services/bank/errors.ts'
import { fulfilmentRpc } from '../services/order/fulfilment-rpc.ts'
import { createOrderDomain } from '../services/order/order-domain.ts'
import { RemotePayments } from '../services/order/payment-client.ts'
import { RemoteProducts, RemoteStock } from '../services/order/product-client.ts'
import { orderRpc } from '../services/order/rpc.ts'
import { HttpBank } from '../services/payment/http-bank.ts'
import { Payments } from '../services/payment/payments.ts'
import { resolvePending } from '../services/payment/resolver.ts'
import { paymentRpc } from '../services/payment/rpc.ts'
import { merchantRpc } from '../services/product/merchant-rpc.ts'
import { createMerchants } from '../services/product/merchants.ts'
import { forgetting } from '../services/product/retention.ts'
import { productRpc } from '../services/product/rpc.ts'
import { stockRpc } from '../services/product/stock-rpc.ts'
import { createStock, sweeping } from '../services/product/stock.ts'
import { shopEdge } from '../services/shared/edge.ts'
import { every } from '../services/shared/every.ts'
import { failureLog } from '../services/shared/failure-log.ts'
import type { Plant } from './plants.ts'
import type { Host, Served } from './simulated-process.ts'
import type { Stores } from './stores.ts'
import { virtualClient, virtualHttpClient } from './virtual-clients.ts'

export const meshKey = 'mesh-key-of-the-simulation'
const bankKey = 'bank-key-of-the-simulation'
// So short that some expire under orders that are still being checked out.
const reservationSeconds = 8

/** What runs in a process of each service: the shop's own code, put together as its `*-service.ts` does. */
export interface Services {
  readonly order: (host: Host) => Served
  readonly payment: (host: Host) => Served
  readonly product: (host: Host) => Served
  readonly bank: (host: Host) => Served
}

/**
 * @param plant a mistake put between a service and one of its ports.
 * @param onBank gets the mood of each bank that starts.
 */
export function shopServices(stores: Stores, plant: Plant, onBank: (mood: Misbehaviour) => void): Services {
  return {
    order: (host) => orderService(host, stores),
    payment: (host) => paymentService(host, stores, plant),
    product: (host) => productService(host, stores),
    bank: (host) => bankService(host, stores, onBank),
  }
}

function orderService(host: Host, stores: Stores): Served {
  const { name, life, chance, log, stored } = host
  const { clock } = life
  const { random } = chance
  const domain = createOrderDomain({
    id: `${name}-${randomToken(random, 6)}`,
    repository: stored('orders', stores.orders),
    products: new RemoteProducts(meshClient(host, 'product', ProductService)),
    stock: new RemoteStock(meshClient(host, 'product', StockService), reservationSeconds),
    payments: new RemotePayments(meshClient(host, 'payment', PaymentService, 6_000)),
    clock,
    random,
    log,
  })
  const onError = (err: unknown): void => log.warn({ err }, 'abandoned orders could not be looked for; trying again')
  every({ intervalMs: 2_000, timeoutMs: 10_000, clock, onError }, () => domain.sweep())
  return { handler: meshHandler(host, [orderRpc(domain), fulfilmentRpc(domain)]), edge: shopEdge }
}

function paymentService(host: Host, stores: Stores, plant: Plant): Served {
  const { life, chance, log, stored, connect } = host
  const { clock } = life
  const client = virtualHttpClient({
    name: 'the bank',
    send: connect('bank'),
    clock,
    timeoutMs: 3_000,
    headers: { authorization: `Bearer ${bankKey}` },
  })
  const repository = stored('payments', stores.payments)
  const bank = plant.bank(new HttpBank(client))
  const payments = new Payments({
    repository,
    bank,
    clock,
    newId: uuidGenerator({ clock, random: chance.random }),
    log,
  })
  const onError = (err: unknown): void => log.warn({ err }, 'pending payments could not be looked up; trying again')
  every({ intervalMs: 2_000, timeoutMs: 30_000, clock, onError }, () =>
    resolvePending({ repository, bank, payments, clock, log }),
  )
  return { handler: meshHandler(host, [paymentRpc(payments, clock)]), edge: shopEdge }
}

function productService(host: Host, stores: Stores): Served {
  const { life, chance, log, stored } = host
  const { clock } = life
  const repository = stored('stock', stores.stock)
  const merchant = stored('merchant', stores.merchant)
  const newId = uuidGenerator({ clock, random: chance.random })
  const merchants = createMerchants({ merchant, stock: repository, clock, newId, log })
  sweeping({ repository, clock, log })
  forgetting({ stock: repository, merchant, clock, log })
  const procedures = [
    productRpc(stored('products', stores.products)),
    merchantRpc(merchants),
    stockRpc(createStock({ repository, clock, log })),
  ]
  return { handler: meshHandler(host, procedures), edge: shopEdge }
}

function bankService({ life, chance, stored }: Host, stores: Stores, onBank: (mood: Misbehaviour) => void): Served {
  const { clock } = life
  const { random } = chance
  const ledger = stored('ledger', stores.ledger)
  const bank = new Bank({ ledger, clock, random, newId: uuidGenerator({ clock, random }) })
  const misbehaviour = new Misbehaviour(clock)
  onBank(misbehaviour)
  return {
    handler: bankApi({ bank, misbehaviour, key: bankKey }),
    edge: edgeTable(httpEdgeRows, sqlEdgeRows, bankEdgeRows),
  }
}

function meshHandler({ life, log }: Host, services: readonly RpcService[]): HttpHandler {
  return rpcHandler(services, { edge: shopEdge, meshKey, onError: failureLog(log), clock: life.clock })
}

function meshClient<S extends DescService>(host: Host, to: string, service: S, timeoutMs = 5_000): Client<S> {
  const headers = { 'ashlar-mesh-key': meshKey }
  return virtualClient(service, { name: to, send: host.connect(to), clock: host.life.clock, timeoutMs, headers })
}
