import {
  FulfilmentServiceListOrdersResponseSchema,
  OrderSchema,
  OrderStatusSchema,
  RefundOrderRequestSchema,
  ShipOrderRequestSchema,
  type OrderStatus,
} from '../contracts/gen/shop/order/v1/order_pb.ts'
import type { Clients } from './clients.ts'
import { readQuery } from './query.ts'
import { answer, merchant, readBody, type Route } from './route.ts'

/** `PAID`, `SHIPPED`, ...: the statuses by the names that are theirs alone. */
const statuses: Readonly<Record<string, OrderStatus>> = Object.fromEntries(
  OrderStatusSchema.values
    .filter(({ number }) => number !== 0)
    .map(({ localName, number }) => [localName, number as OrderStatus]),
)

/**
 * The orders of all customers, for the shop's staff. What is changed here has one state to go to, so that repeating a
 * request answers with the order as it is and does nothing twice.
 */
export function merchantOrderRoutes({ fulfilment, refund }: Clients): readonly Route[] {
  return [
    merchant('GET', '/api/merchant/orders', async ({ query }) => {
      const page = readQuery(query, (read) => ({
        statuses: read.choices('status', statuses),
        pageSize: read.integer('pageSize'),
        pageToken: read.text('pageToken'),
      }))
      return answer(FulfilmentServiceListOrdersResponseSchema, await fulfilment.listOrders(page))
    }),
    merchant('GET', '/api/merchant/orders/:orderId', async ({ params }) =>
      answer(OrderSchema, (await fulfilment.getOrder({ orderId: params.orderId ?? '' })).order),
    ),
    merchant('POST', '/api/merchant/orders/:orderId/ship', async (request) => {
      const body = await readBody(ShipOrderRequestSchema, request)
      body.merchantId = request.principal.subject
      body.orderId = request.params.orderId ?? ''
      return answer(OrderSchema, (await fulfilment.shipOrder(body)).order)
    }),
    merchant('POST', '/api/merchant/orders/:orderId/deliver', async ({ principal, params }) => {
      const whose = { merchantId: principal.subject, orderId: params.orderId ?? '' }
      return answer(OrderSchema, (await fulfilment.deliverOrder(whose)).order)
    }),
    merchant('POST', '/api/merchant/orders/:orderId/refund', async (request) => {
      const body = await readBody(RefundOrderRequestSchema, request)
      body.merchantId = request.principal.subject
      body.orderId = request.params.orderId ?? ''
      return answer(OrderSchema, (await refund.refundOrder(body)).order)
    }),
  ]
}
