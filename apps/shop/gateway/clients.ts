import { createClient, type Client } from '@ashlar/rpc'
import { FulfilmentService, OrderService } from '../contracts/gen/shop/order/v1/order_pb.ts'
import { PaymentService } from '../contracts/gen/shop/payment/v1/payment_pb.ts'
import {
  MerchantService,
  ProductService,
  RecommendationService,
  StockService,
} from '../contracts/gen/shop/product/v1/product_pb.ts'
import { UserService } from '../contracts/gen/shop/user/v1/user_pb.ts'
import type { Policies } from './policies.ts'

/**
 * The services behind the gateway. Sign-ins, checkouts and refunds are slow by nature, the ones on purpose and the others
 * when the bank is: they have connections of their own, so that nothing else ever waits behind them.
 */
export interface Clients {
  readonly user: Client<typeof UserService>
  readonly signIn: Client<typeof UserService>
  readonly product: Client<typeof ProductService>
  readonly recommendation: Client<typeof RecommendationService>
  readonly merchant: Client<typeof MerchantService>
  readonly stock: Client<typeof StockService>
  readonly order: Client<typeof OrderService>
  readonly checkout: Client<typeof OrderService>
  readonly fulfilment: Client<typeof FulfilmentService>
  readonly refund: Client<typeof FulfilmentService>
  readonly payment: Client<typeof PaymentService>
}

export function createClients(
  config: { USER_URL: string; PRODUCT_URL: string; ORDER_URL: string; PAYMENT_URL: string; ASHLAR_MESH_KEY: string },
  { user, signIn, product, order, checkout, payment }: Policies,
): Clients {
  const meshKey = config.ASHLAR_MESH_KEY
  const toUser = { name: 'user', baseUrl: config.USER_URL, meshKey, policy: user.run }
  const toProduct = { name: 'product', baseUrl: config.PRODUCT_URL, meshKey, policy: product.run }
  const toOrder = { name: 'order', baseUrl: config.ORDER_URL, meshKey, policy: order.run }
  // The gateway's own deadline comes first.
  const slowOrder = { ...toOrder, policy: checkout.run, timeoutMs: 20_000 }
  const toPayment = { name: 'payment', baseUrl: config.PAYMENT_URL, meshKey, policy: payment.run }
  return {
    user: createClient(UserService, toUser),
    signIn: createClient(UserService, { ...toUser, policy: signIn.run, timeoutMs: 10_000 }),
    product: createClient(ProductService, toProduct),
    // Called under policies that fall back: recommendations.ts.
    recommendation: createClient(RecommendationService, { ...toProduct, timeoutMs: 2_000, policy: undefined }),
    merchant: createClient(MerchantService, toProduct),
    stock: createClient(StockService, toProduct),
    order: createClient(OrderService, toOrder),
    checkout: createClient(OrderService, { ...slowOrder, maxConnections: 128 }),
    fulfilment: createClient(FulfilmentService, toOrder),
    refund: createClient(FulfilmentService, slowOrder),
    payment: createClient(PaymentService, toPayment),
  }
}
