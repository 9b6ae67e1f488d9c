import { InvalidInputError } from '@ashlar/kernel'
import {
  CancelOrderRequestSchema,
  CartSchema,
  ListOrdersResponseSchema,
  OrderSchema,
  PlaceOrderRequestSchema,
  SetCartItemRequestSchema,
} from '../contracts/gen/shop/order/v1/order_pb.ts'
import {
  CreateCardTokenRequestSchema,
  CreateCardTokenResponseSchema,
  InvoiceSchema,
} from '../contracts/gen/shop/payment/v1/payment_pb.ts'
import type { Clients } from './clients.ts'
import { readQuery } from './query.ts'
import { answer, readBody, signedIn, type Route, type RoutedRequest } from './route.ts'

/** Cart, checkout and orders: each customer's own. */
export function orderRoutes({ order, checkout, payment }: Clients): readonly Route[] {
  return [
    signedIn('GET', '/api/cart', async ({ principal }) =>
      answer(CartSchema, (await order.getCart({ userId: principal.subject })).cart),
    ),
    signedIn('PUT', '/api/cart/items/:productId', async (request) => {
      const body = await readBody(SetCartItemRequestSchema, request)
      body.userId = request.principal.subject
      body.productId = request.params.productId ?? ''
      return answer(CartSchema, (await order.setCartItem(body)).cart)
    }),
    signedIn('POST', '/api/cards', async (request) => {
      const body = await readBody(CreateCardTokenRequestSchema, request)
      return answer(CreateCardTokenResponseSchema, await payment.createCardToken(body), { status: 201 })
    }),
    signedIn('POST', '/api/orders', async (request) => {
      const body = await readBody(PlaceOrderRequestSchema, request)
      body.userId = request.principal.subject
      body.idempotencyKey = idempotencyKey(request)
      const placed = (await checkout.placeOrder(body)).order
      return answer(OrderSchema, placed, { status: 201, headers: { location: `/api/orders/${placed?.id ?? ''}` } })
    }),
    signedIn('GET', '/api/orders', async ({ principal, query }) => {
      const page = readQuery(query, (read) => ({
        pageSize: read.integer('pageSize'),
        pageToken: read.text('pageToken'),
      }))
      return answer(ListOrdersResponseSchema, await order.listOrders({ userId: principal.subject, ...page }))
    }),
    signedIn('GET', '/api/orders/:orderId', async ({ principal, params }) =>
      answer(OrderSchema, (await order.getOrder({ userId: principal.subject, orderId: params.orderId ?? '' })).order),
    ),
    signedIn('POST', '/api/orders/:orderId/cancel', async (request) => {
      const body = await readBody(CancelOrderRequestSchema, request)
      body.userId = request.principal.subject
      body.orderId = request.params.orderId ?? ''
      return answer(OrderSchema, (await checkout.cancelOrder(body)).order)
    }),
    signedIn('GET', '/api/orders/:orderId/invoice', async ({ principal, params }) =>
      answer(
        InvoiceSchema,
        (await payment.getInvoice({ userId: principal.subject, orderId: params.orderId ?? '' })).invoice,
      ),
    ),
  ]
}

function idempotencyKey({ http }: RoutedRequest): string {
  const key = http.headers['idempotency-key']
  if (typeof key === 'string' && key !== '') return key
  throw new InvalidInputError([
    {
      path: 'Idempotency-Key',
      message: 'is required: send a header with a key of your own, the same one when you repeat the purchase',
    },
  ])
}
