import { implement, type Implementation, type RpcService } from '@ashlar/rpc'
import { OrderService } from '../../contracts/gen/shop/order/v1/order_pb.ts'
import { checkCardToken } from '../shared/card-token.ts'
import { requireOwn } from '../shared/own.ts'
import { decodePageToken, encodePageToken } from '../shared/page-token.ts'
import { validate } from '../shared/validate.ts'
import { showCart, showOrder } from './messages.ts'
import type { OrderDomain } from './order-domain.ts'
import { checkGivenAddress, checkKey, checkOwner, checkPageSize, checkQuantity, checkTotal } from './requests.ts'

type Procedures<Name extends keyof Implementation<typeof OrderService>> = Pick<
  Implementation<typeof OrderService>,
  Name
>
type Domain = Pick<OrderDomain, 'orders' | 'openOrders' | 'carts'>

/** The customers' contract on top of the domain: checks what comes in, and shows what comes out. */
export function orderRpc(domain: Domain): RpcService {
  return implement(OrderService, { ...cartProcedures(domain), ...checkoutProcedures(domain), ...ownProcedures(domain) })
}

function cartProcedures({ carts }: Domain): Procedures<'getCart' | 'setCartItem'> {
  return {
    async getCart(request, call) {
      const userId = validate((check) => check.uuid('userId', request.userId))
      requireOwn(userId, call)
      return { cart: showCart(await carts.get(userId)) }
    },
    async setCartItem(request, call) {
      const { userId, productId, quantity } = validate((check) => ({
        userId: check.uuid('userId', request.userId),
        productId: check.uuid('productId', request.productId),
        quantity: checkQuantity(check, request.quantity),
      }))
      requireOwn(userId, call)
      return { cart: showCart(await carts.setItem(userId, productId, quantity)) }
    },
  }
}

/** Making and paying orders. */
function checkoutProcedures({
  orders,
  openOrders,
}: Domain): Procedures<'placeOrder' | 'createOrder' | 'setOrderItem' | 'payOrder'> {
  return {
    async placeOrder(request, call) {
      const command = validate((check) => ({
        userId: check.uuid('userId', request.userId),
        idempotencyKey: checkKey(check, request.idempotencyKey),
        cardToken: checkCardToken(check, 'cardToken', request.cardToken, { min: 0 }),
        address: checkGivenAddress(check, request.address),
        expectedTotal: checkTotal(check, request.expectedTotal),
      }))
      requireOwn(command.userId, call)
      return { order: showOrder(await orders.place(command)) }
    },
    async createOrder(request, call) {
      const command = validate((check) => ({
        userId: check.uuid('userId', request.userId),
        idempotencyKey: checkKey(check, request.idempotencyKey),
        address: checkGivenAddress(check, request.address),
      }))
      requireOwn(command.userId, call)
      return { order: showOrder(await openOrders.create(command)) }
    },
    async setOrderItem(request, call) {
      const command = validate((check) => ({
        ...checkOwner(check, request),
        productId: check.uuid('productId', request.productId),
        quantity: checkQuantity(check, request.quantity),
      }))
      requireOwn(command.userId, call)
      return { order: showOrder(await openOrders.setItem(command)) }
    },
    async payOrder(request, call) {
      const command = validate((check) => ({
        ...checkOwner(check, request),
        cardToken: checkCardToken(check, 'cardToken', request.cardToken, { min: 0 }),
        expectedTotal: checkTotal(check, request.expectedTotal),
      }))
      requireOwn(command.userId, call)
      return { order: showOrder(await openOrders.pay(command)) }
    },
  }
}

function ownProcedures({ orders }: Domain): Procedures<'getOrder' | 'listOrders' | 'cancelOrder'> {
  return {
    async getOrder(request, call) {
      const { userId, orderId } = validate((check) => checkOwner(check, request))
      requireOwn(userId, call)
      return { order: showOrder(await orders.get(userId, orderId)) }
    },
    async listOrders(request, call) {
      const { userId, size } = validate((check) => ({
        userId: check.uuid('userId', request.userId),
        size: checkPageSize(check, request.pageSize),
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
  }
}
