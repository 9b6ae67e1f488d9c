import { implement, type RpcService } from '@ashlar/rpc'
import { FulfilmentService } from '../../contracts/gen/shop/order/v1/order_pb.ts'
import { requireOwn } from '../shared/own.ts'
import { decodePageToken, encodePageToken } from '../shared/page-token.ts'
import { requireMerchant } from '../shared/roles.ts'
import { validate, type Checker } from '../shared/validate.ts'
import { readStatus, showToMerchant } from './messages.ts'
import type { OrderDomain } from './order-domain.ts'
import { checkPageSize } from './requests.ts'

/** The merchants' contract on top of the domain. Who is no merchant is refused before anything is looked at. */
export function fulfilmentRpc({ fulfilment }: Pick<OrderDomain, 'fulfilment'>): RpcService {
  return implement(FulfilmentService, {
    async listOrders(request, call) {
      requireMerchant(call)
      const { statuses, size } = validate((check) => ({
        statuses: request.statuses.flatMap((given, index) => {
          const status = readStatus(given)
          if (status === undefined) check.issue(`statuses[${index}]`, 'is not the status of an order')
          return status ?? []
        }),
        size: checkPageSize(check, request.pageSize),
      }))
      const scope = `orders that are ${[...new Set(statuses)].sort((a, b) => a.localeCompare(b)).join()}`
      const page = await fulfilment.list(statuses, { size, after: decodePageToken(scope, request.pageToken) })
      return {
        orders: page.orders.map(showToMerchant),
        nextPageToken: page.end === undefined ? '' : encodePageToken(scope, page.end),
      }
    },
    async getOrder(request, call) {
      requireMerchant(call)
      const orderId = validate((check) => check.uuid('orderId', request.orderId))
      return { order: showToMerchant(await fulfilment.get(orderId)) }
    },
    async shipOrder(request, call) {
      requireMerchant(call)
      const command = validate((check) => ({
        ...checkMerchant(check, request),
        carrier: check.text('carrier', request.carrier, { min: 2, max: 60 }),
        trackingNumber: checkTrackingNumber(check, request.trackingNumber),
      }))
      requireOwn(command.merchantId, call)
      return { order: showToMerchant(await fulfilment.ship(command)) }
    },
    async deliverOrder(request, call) {
      requireMerchant(call)
      const command = validate((check) => checkMerchant(check, request))
      requireOwn(command.merchantId, call)
      return { order: showToMerchant(await fulfilment.deliver(command)) }
    },
    async refundOrder(request, call) {
      requireMerchant(call)
      const command = validate((check) => ({
        ...checkMerchant(check, request),
        reason: check.text('reason', request.reason, { min: 1, max: 300 }),
        restock: request.restock,
      }))
      requireOwn(command.merchantId, call)
      return { order: showToMerchant(await fulfilment.refund(command)) }
    },
  })
}

function checkMerchant(
  check: Checker,
  request: { merchantId: string; orderId: string },
): { merchantId: string; orderId: string } {
  return { merchantId: check.uuid('merchantId', request.merchantId), orderId: check.uuid('orderId', request.orderId) }
}

function checkTrackingNumber(check: Checker, value: string): string {
  const number = value.trim()
  if (!/^[A-Za-z0-9-]{4,60}$/.test(number)) check.issue('trackingNumber', 'must be 4 to 60 letters, digits and hyphens')
  return number
}
