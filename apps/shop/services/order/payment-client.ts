import type { Client } from '@ashlar/rpc'
import { PaymentStatus, type PaymentService } from '../../contracts/gen/shop/payment/v1/payment_pb.ts'
import { toProtoMoney } from '../shared/money.ts'
import { lineTotal, totalOf, type Order } from './order.ts'
import type { ChargeAnswer, PaymentTaker } from './ports.ts'

/** Payment as the payment service takes it, once per order id. */
export class RemotePayments implements PaymentTaker {
  readonly #client: Client<typeof PaymentService>

  constructor(client: Client<typeof PaymentService>) {
    this.#client = client
  }

  async charge(order: Order, { isFirst } = { isFirst: false }): Promise<ChargeAnswer> {
    const { payment } = await this.#client.charge({
      orderId: order.id,
      userId: order.userId,
      amount: toProtoMoney(totalOf(order.lines)),
      cardToken: order.cardToken,
      address: order.address,
      isFirst,
      lines: order.lines.map((line) => ({
        description: line.name,
        quantity: line.quantity,
        unitPrice: toProtoMoney(line.unitPrice),
        lineTotal: toProtoMoney(lineTotal(line)),
      })),
    })
    if (payment?.status === PaymentStatus.CHARGED) {
      return { kind: 'charged', label: `${payment.cardBrand} ending ${payment.cardLast4}` }
    }
    if (payment?.status === PaymentStatus.DECLINED) return { kind: 'declined', code: payment.declineCode }
    throw new Error(`the payment service answered a charge with status ${payment?.status ?? 'none'}`)
  }

  async refund(orderId: string, reason: string): Promise<void> {
    await this.#client.refund({ orderId, reason })
  }
}
