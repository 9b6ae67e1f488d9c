import type { MessageInitShape } from '@bufbuild/protobuf'
import {
  OrderStatus as ProtoStatus,
  type CartSchema,
  type OrderLineSchema,
  type OrderSchema,
  type ShipmentSchema,
} from '../../contracts/gen/shop/order/v1/order_pb.ts'
import { toProtoMoney } from '../shared/money.ts'
import { toTimestamp } from '../shared/timestamps.ts'
import type { Cart } from './cart.ts'
import {
  lineTotal,
  orderStatuses,
  totalOf,
  type Order,
  type OrderLine,
  type OrderStatus,
  type Shipment,
} from './order.ts'

const statuses: Readonly<Record<OrderStatus, ProtoStatus>> = {
  CREATED: ProtoStatus.CREATED,
  PENDING: ProtoStatus.PENDING,
  RESERVED: ProtoStatus.RESERVED,
  PAID: ProtoStatus.PAID,
  SHIPPED: ProtoStatus.SHIPPED,
  DELIVERED: ProtoStatus.DELIVERED,
  REFUSED: ProtoStatus.REFUSED,
  CANCELLED: ProtoStatus.CANCELLED,
  REFUNDED: ProtoStatus.REFUNDED,
  INTERRUPTED: ProtoStatus.INTERRUPTED,
}

/** `undefined` for one that is none. */
export function readStatus(status: ProtoStatus): OrderStatus | undefined {
  return orderStatuses.find((each) => statuses[each] === status)
}

export function showCart(cart: Cart): MessageInitShape<typeof CartSchema> {
  return {
    items: cart.items.map(({ line, available, retired }) => ({ ...showLine(line), available, retired })),
    total: toProtoMoney(cart.total),
  }
}

/** The order as its customer sees it: without the card's token. */
export function showOrder(order: Order): MessageInitShape<typeof OrderSchema> {
  const { id, number, userId, status, lines, address, ending, shipment, paymentLabel, idempotencyKey, version } = order
  return {
    id,
    number,
    userId,
    status: statuses[status],
    lines: lines.map(showLine),
    total: toProtoMoney(totalOf(lines)),
    address,
    // A refusal that has been decided but not carried out yet is nobody's business.
    ...(status === 'REFUSED' && ending?.kind === 'refuse' ? { refusal: ending.refusal } : {}),
    paymentLabel,
    createdAt: toTimestamp(order.createdAtMs),
    updatedAt: toTimestamp(order.updatedAtMs),
    history: order.history.map((change) => ({
      status: statuses[change.status],
      at: toTimestamp(change.atMs),
      note: change.note,
    })),
    version,
    cancelReason: ending?.kind === 'cancel' ? ending.reason : '',
    idempotencyKey,
    ...(shipment === undefined ? {} : { shipment: showShipment(shipment) }),
    refundReason: ending?.kind === 'refund' ? ending.reason : '',
  }
}

/** The order as merchants see it: the customer's key is the customer's. */
export function showToMerchant(order: Order): MessageInitShape<typeof OrderSchema> {
  return { ...showOrder(order), idempotencyKey: '' }
}

function showShipment({
  carrier,
  trackingNumber,
  shippedAtMs,
  deliveredAtMs,
}: Shipment): MessageInitShape<typeof ShipmentSchema> {
  const deliveredAt = deliveredAtMs === undefined ? {} : { deliveredAt: toTimestamp(deliveredAtMs) }
  return { carrier, trackingNumber, shippedAt: toTimestamp(shippedAtMs), ...deliveredAt }
}

function showLine(line: OrderLine): Omit<MessageInitShape<typeof OrderLineSchema>, '$typeName'> {
  return { ...line, unitPrice: toProtoMoney(line.unitPrice), lineTotal: toProtoMoney(lineTotal(line)) }
}
