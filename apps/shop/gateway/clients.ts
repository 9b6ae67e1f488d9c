import { createClient, type Client } from '@ashlar/rpc'
import { OrderService } from '../contracts/gen/shop/order/v1/order_pb.ts'
import { PaymentService } from '../contracts/gen/shop/payment/v1/payment_pb.ts'
import { ProductService } from '../contracts/gen/shop/product/v1/product_pb.ts'
import { UserService } from '../contracts/gen/shop/user/v1/user_pb.ts'

/** The services behind the gateway. */
export interface Clients {
  readonly user: Client<typeof UserService>
  readonly product: Client<typeof ProductService>
  readonly order: Client<typeof OrderService>
  readonly payment: Client<typeof PaymentService>
}

export function createClients(config: {
  USER_URL: string
  PRODUCT_URL: string
  ORDER_URL: string
  PAYMENT_URL: string
  ASHLAR_MESH_KEY: string
}): Clients {
  const meshKey = config.ASHLAR_MESH_KEY
  return {
    user: createClient(UserService, { name: 'user', baseUrl: config.USER_URL, meshKey, timeoutMs: 10_000 }),
    product: createClient(ProductService, { name: 'product', baseUrl: config.PRODUCT_URL, meshKey }),
    // A checkout waits for the bank; the other calls end sooner by the gateway's own deadline.
    order: createClient(OrderService, { name: 'order', baseUrl: config.ORDER_URL, meshKey, timeoutMs: 20_000 }),
    payment: createClient(PaymentService, { name: 'payment', baseUrl: config.PAYMENT_URL, meshKey }),
  }
}
