import type { MessageInitShape } from '@bufbuild/protobuf'
import {
  PaymentStatus as ProtoStatus,
  type InvoiceLine as ProtoLine,
  type InvoiceSchema,
  type PaymentSchema,
} from '../../contracts/gen/shop/payment/v1/payment_pb.ts'
import { toProtoMoney } from '../shared/money.ts'
import { toTimestamp } from '../shared/timestamps.ts'
import type { Invoice, InvoiceLine, Payment, PaymentStatus } from './payment.ts'

const statuses: Readonly<Record<PaymentStatus, ProtoStatus>> = {
  PENDING: ProtoStatus.PENDING,
  CHARGED: ProtoStatus.CHARGED,
  DECLINED: ProtoStatus.DECLINED,
  REFUNDED: ProtoStatus.REFUNDED,
  // Never shown: an order that was never charged has no payment to outsiders.
  VOID: ProtoStatus.UNSPECIFIED,
}

export function showPayment(payment: Payment): MessageInitShape<typeof PaymentSchema> {
  return {
    id: payment.id,
    orderId: payment.orderId,
    status: statuses[payment.status],
    amount: toProtoMoney(payment.amount),
    declineCode: payment.declineCode,
    cardBrand: payment.cardBrand,
    cardLast4: payment.cardLast4,
    bankReference: payment.bankReference,
    createdAt: toTimestamp(payment.createdAtMs),
    updatedAt: toTimestamp(payment.updatedAtMs),
  }
}

export function showInvoice(invoice: Invoice): MessageInitShape<typeof InvoiceSchema> {
  return {
    id: invoice.id,
    number: invoice.number,
    orderId: invoice.orderId,
    userId: invoice.userId,
    lines: invoice.lines.map(showLine),
    total: toProtoMoney(invoice.total),
    ...(invoice.address === undefined ? {} : { address: invoice.address }),
    issuedAt: toTimestamp(invoice.issuedAtMs),
    ...(invoice.refundedAtMs === undefined ? {} : { refundedAt: toTimestamp(invoice.refundedAtMs) }),
  }
}

function showLine(line: InvoiceLine): Omit<ProtoLine, '$typeName' | 'unitPrice' | 'lineTotal'> & {
  unitPrice: ReturnType<typeof toProtoMoney>
  lineTotal: ReturnType<typeof toProtoMoney>
} {
  const { description, quantity, unitPrice, lineTotal } = line
  return { description, quantity, unitPrice: toProtoMoney(unitPrice), lineTotal: toProtoMoney(lineTotal) }
}
