import type { MessageInitShape } from '@bufbuild/protobuf'
import {
  OrderStatus as ProtoStatus,
  type CartSchema,
  type OrderLineSchema,
  type OrderSchema,
} from '../../contracts/gen/shop/order/v1/order_pb.ts'
import { toProtoMoney } from '../shared/money.ts'
import { toTimestamp } from '../shared/timestamps.ts'
import type { Cart } from './cart.ts'
import { lineTotal, totalOf, type Order, type OrderLine, type OrderStatus } from './order.ts'

const statuses: Readonly<Record<OrderStatus, ProtoStatus>> = {
  PENDING: ProtoStatus.PENDING,
  RESERVED: ProtoStatus.RESERVED,
  PAID: ProtoStatus.PAID,
  REFUSED: ProtoStatus.REFUSED,
  CANCELLED: ProtoStatus.CANCELLED,
  INTERRUPTED: ProtoStatus.INTERRUPTED,
}

export function showCart(cart: Cart): MessageInitShape<typeof CartSchema> {
  return {
    items: cart.items.map(({ line, available }) => ({ ...showLine(line), available })),
    total: toProtoMoney(cart.total),
  }
}

/** The order as its customer sees it: without the card's token. */
export function showOrder(order: Order): MessageInitShape<typeof OrderSchema> {
  const { id, number, userId, status, lines, address, ending, paymentLabel, idempotencyKey, version } = order
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
  }
}

function showLine(line: OrderLine): Omit<MessageInitShape<typeof OrderLineSchema>, '$typeName'> {
  const { productId, name, quantity, unitPrice, categorySlug, colour } = line
  const total = toProtoMoney(lineTotal(line))
  return { productId, name, quantity, unitPrice: toProtoMoney(unitPrice), lineTotal: total, categorySlug, colour }
}
