import type { Clock } from '@ashlar/kernel'
import { implement, type RpcService } from '@ashlar/rpc'
import { PaymentService } from '../../contracts/gen/shop/payment/v1/payment_pb.ts'
import { isOwn, requireOwn } from '../shared/own.ts'
import { validate } from '../shared/validate.ts'
import { checkCard } from './card.ts'
import { readChargeRequest } from './charge-request.ts'
import { paymentNotFound } from './errors.ts'
import { showInvoice, showPayment } from './messages.ts'
import type { Payments } from './payments.ts'

/** The payment contract on top of the domain: checks what comes in, and shows what comes out. */
export function paymentRpc(payments: Payments, clock: Clock): RpcService {
  return implement(PaymentService, {
    async createCardToken({ number, expiryMonth, expiryYear, securityCode }) {
      const typed = { number, expiryMonth, expiryYear, securityCode }
      const card = validate((check) => checkCard(check, typed, clock.wall()))
      const { token, brand, last4 } = await payments.createCardToken(card)
      return { cardToken: token, brand, last4 }
    },
    async charge(request, call) {
      const command = readChargeRequest(request)
      requireOwn(command.userId, call)
      const isFirst = request.isFirst && call.attempt === 1
      return { payment: showPayment(await payments.charge(command, { isFirst })) }
    },
    async refund(request) {
      const { orderId, reason } = validate((check) => ({
        orderId: check.uuid('orderId', request.orderId),
        reason: check.text('reason', request.reason, { min: 0, max: 300 }),
      }))
      const payment = await payments.refund(orderId, reason)
      return payment === undefined ? {} : { payment: showPayment(payment) }
    },
    async getPayment(request, call) {
      const orderId = validate((check) => check.uuid('orderId', request.orderId))
      const payment = await payments.getPayment(orderId)
      if (!isOwn(payment.userId, call)) throw paymentNotFound()
      return { payment: showPayment(payment) }
    },
    async getInvoice(request, call) {
      const { orderId, userId } = readOwner(request)
      requireOwn(userId, call)
      return { invoice: showInvoice(await payments.getInvoice(orderId, userId)) }
    },
    async renderInvoice(request, call) {
      const { orderId, userId } = readOwner(request)
      requireOwn(userId, call)
      return { html: await payments.renderInvoice(orderId, userId) }
    },
  })
}

function readOwner(request: { orderId: string; userId: string }): { orderId: string; userId: string } {
  return validate((check) => ({
    orderId: check.uuid('orderId', request.orderId),
    userId: check.uuid('userId', request.userId),
  }))
}
