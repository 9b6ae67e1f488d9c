import { implement, type RpcService } from '@ashlar/rpc'
import { OrderService, type PlaceOrderRequest } from '../../contracts/gen/shop/order/v1/order_pb.ts'
import { checkAddress } from '../shared/address.ts'
import { checkCardToken } from '../shared/card-token.ts'
import { requireOwn } from '../shared/own.ts'
import { decodePageToken, encodePageToken } from '../shared/page-token.ts'
import { validate, type Checker } from '../shared/validate.ts'
import { maxQuantity, type Carts } from './cart.ts'
import { showCart, showOrder } from './messages.ts'
import type { Orders, PlaceCommand } from './orders.ts'

const defaultPageSize = 20
const maxPageSize = 50

/** The order contract on top of the domain: checks what comes in, and shows what comes out. */
export function orderRpc(orders: Orders, carts: Carts): RpcService {
  return implement(OrderService, {
    async getCart(request, call) {
      const userId = validate((check) => check.uuid('userId', request.userId))
      requireOwn(userId, call)
      return { cart: showCart(await carts.get(userId)) }
    },
    async setCartItem(request, call) {
      const { userId, productId, quantity } = validate((check) => ({
        userId: check.uuid('userId', request.userId),
        productId: check.uuid('productId', request.productId),
        // Absent is an issue of its own; the number is then of no use to anybody.
        quantity:
          check.required('quantity', request.quantity, (given) =>
            check.integer('quantity', given, { min: 0, max: maxQuantity }),
          ) ?? 0,
      }))
      requireOwn(userId, call)
      return { cart: showCart(await carts.setItem(userId, productId, quantity)) }
    },
    async placeOrder(request, call) {
      const command = readPlaceRequest(request)
      requireOwn(command.userId, call)
      return { order: showOrder(await orders.place(command)) }
    },
    async getOrder(request, call) {
      const { userId, orderId } = validate((check) => checkOwner(check, request))
      requireOwn(userId, call)
      return { order: showOrder(await orders.get(userId, orderId)) }
    },
    async listOrders(request, call) {
      const { userId, size } = validate((check) => ({
        userId: check.uuid('userId', request.userId),
        size: check.integer('pageSize', request.pageSize, { min: 0, max: maxPageSize }) || defaultPageSize,
      }))
      requireOwn(userId, call)
      const scope = `orders of ${userId}`
      const page = await orders.list(userId, { size, after: decodePageToken(scope, request.pageToken) })
      return {
        orders: page.orders.map(showOrder),
        nextPageToken: page.end === undefined ? '' : encodePageToken(scope, page.end),
      }
    },
    async cancelOrder(request, call) {
      const { userId, orderId, reason } = validate((check) => ({
        ...checkOwner(check, request),
        reason: check.text('reason', request.reason, { min: 0, max: 300 }),
      }))
      requireOwn(userId, call)
      return { order: showOrder(await orders.cancel(userId, orderId, reason)) }
    },
  })
}

function checkOwner(check: Checker, request: { userId: string; orderId: string }): { userId: string; orderId: string } {
  return { userId: check.uuid('userId', request.userId), orderId: check.uuid('orderId', request.orderId) }
}

function readPlaceRequest(request: PlaceOrderRequest): PlaceCommand {
  return validate((check) => {
    const nowhere = { name: '', line1: '', line2: '', postalCode: '', city: '', country: '' }
    return {
      userId: check.uuid('userId', request.userId),
      idempotencyKey: check.text('idempotencyKey', request.idempotencyKey, { min: 8, max: 100 }),
      cardToken: checkCardToken(check, 'cardToken', request.cardToken, { min: 0 }),
      address:
        check.required('address', request.address, (address) => checkAddress(check, 'address', address)) ?? nowhere,
    }
  })
}
