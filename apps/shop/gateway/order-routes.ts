import type { HttpResponse } from '@ashlar/http'
import {
  CancelOrderRequestSchema,
  CartSchema,
  CreateOrderRequestSchema,
  ListOrdersResponseSchema,
  OrderSchema,
  PayOrderRequestSchema,
  PlaceOrderRequestSchema,
  SetCartItemRequestSchema,
  SetOrderItemRequestSchema,
  type Order,
} from '../contracts/gen/shop/order/v1/order_pb.ts'
import {
  CreateCardTokenRequestSchema,
  CreateCardTokenResponseSchema,
  InvoiceSchema,
} from '../contracts/gen/shop/payment/v1/payment_pb.ts'
import { prefersHtml } from './accept.ts'
import type { Clients } from './clients.ts'
import { requiredIdempotencyKey } from './idempotency-key.ts'
import { readQuery } from './query.ts'
import { answer, readBody, signedIn, type Route } from './route.ts'

/** Cart, checkout and orders: each customer's own. */
export function orderRoutes(clients: Clients): readonly Route[] {
  return [...cartRoutes(clients), ...checkoutRoutes(clients), ...ownOrderRoutes(clients)]
}

function cartRoutes({ order, payment }: Clients): readonly Route[] {
  return [
    signedIn('GET', '/api/cart', async ({ principal }) =>
      answer(CartSchema, (await order.getCart({ userId: principal.subject })).cart),
    ),
    // Says how many there are to be, so repeating it changes nothing.
    signedIn('PUT', '/api/cart/items/:productId', async (request) => {
      const body = await readBody(SetCartItemRequestSchema, request)
      body.userId = request.principal.subject
      body.productId = request.params.productId ?? ''
      return answer(CartSchema, (await order.setCartItem(body)).cart)
    }),
    // A card may have any number of tokens; nothing is taken with one alone.
    signedIn('POST', '/api/cards', async (request) => {
      const body = await readBody(CreateCardTokenRequestSchema, request)
      return answer(CreateCardTokenResponseSchema, await payment.createCardToken(body), { status: 201 })
    }),
  ]
}

/** Making and paying orders. */
function checkoutRoutes({ order, checkout }: Clients): readonly Route[] {
  return [
    // 201 for an order that came out REFUSED or INTERRUPTED as well: the order was made and can be looked at. Whether it
    // is paid is said by its status, and by nothing else.
    signedIn('POST', '/api/orders', async (request) => {
      const body = await readBody(PlaceOrderRequestSchema, request)
      body.userId = request.principal.subject
      body.idempotencyKey = requiredIdempotencyKey(request)
      return made((await checkout.placeOrder(body)).order)
    }),
    signedIn('POST', '/api/open-orders', async (request) => {
      const body = await readBody(CreateOrderRequestSchema, request)
      body.userId = request.principal.subject
      body.idempotencyKey = requiredIdempotencyKey(request)
      return made((await order.createOrder(body)).order)
    }),
    // Says how many there are to be, so repeating it changes nothing.
    signedIn('PUT', '/api/orders/:orderId/items/:productId', async (request) => {
      const body = await readBody(SetOrderItemRequestSchema, request)
      body.userId = request.principal.subject
      body.orderId = request.params.orderId ?? ''
      body.productId = request.params.productId ?? ''
      return answer(OrderSchema, (await order.setOrderItem(body)).order)
    }),
    // An order is paid once, so repeating it takes up what was interrupted, or answers with what came of it.
    signedIn('POST', '/api/orders/:orderId/pay', async (request) => {
      const body = await readBody(PayOrderRequestSchema, request)
      body.userId = request.principal.subject
      body.orderId = request.params.orderId ?? ''
      return answer(OrderSchema, (await checkout.payOrder(body)).order)
    }),
  ]
}

function ownOrderRoutes({ order, checkout, payment }: Clients): readonly Route[] {
  return [
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
    // An order is cancelled once, and a cancelled one is the answer from then on.
    signedIn('POST', '/api/orders/:orderId/cancel', async (request) => {
      const body = await readBody(CancelOrderRequestSchema, request)
      body.userId = request.principal.subject
      body.orderId = request.params.orderId ?? ''
      return answer(OrderSchema, (await checkout.cancelOrder(body)).order)
    }),
    signedIn('GET', '/api/orders/:orderId/invoice', async ({ http, principal, params }) => {
      const whose = { userId: principal.subject, orderId: params.orderId ?? '' }
      if (prefersHtml(http.headers.accept)) return htmlPage((await payment.renderInvoice(whose)).html)
      return answer(InvoiceSchema, (await payment.getInvoice(whose)).invoice, { headers: { vary: 'accept' } })
    }),
  ]
}

function made(order: Order | undefined): HttpResponse {
  return answer(OrderSchema, order, { status: 201, headers: { location: `/api/orders/${order?.id ?? ''}` } })
}

/** A page that can do nothing but be looked at and printed, whatever should ever find its way into it. */
function htmlPage(html: string): HttpResponse {
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      vary: 'accept',
    },
    body: html,
  }
}
