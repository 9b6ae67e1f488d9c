import type { Address } from '../shared/address.ts'
import type { Attempt, Invoice, InvoiceLine, Payment } from './payment.ts'

export interface PaymentRow {
  id: string
  order_id: string
  user_id: string
  status: Payment['status']
  amount_minor: number
  currency: string
  lines: InvoiceLine[]
  address: Address | null
  decline_code: string
  card_brand: string
  card_last4: string
  bank_reference: string
  created_at: number
  updated_at: number
}

export interface AttemptRow {
  id: string
  card_token: string
  status: Attempt['status']
  created_at: number
}

export interface InvoiceRow {
  id: string
  number: string
  order_id: string
  user_id: string
  lines: InvoiceLine[]
  total_minor: number
  currency: string
  address: Address | null
  issued_at: number
  refunded_at: number | null
}

export function toPayment(row: PaymentRow, attempts: readonly Attempt[]): Payment {
  return {
    id: row.id,
    orderId: row.order_id,
    userId: row.user_id,
    status: row.status,
    amount: { amountMinor: row.amount_minor, currency: row.currency },
    lines: row.lines,
    address: row.address ?? undefined,
    attempts,
    declineCode: row.decline_code,
    cardBrand: row.card_brand,
    cardLast4: row.card_last4,
    bankReference: row.bank_reference,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
  }
}

export function toAttempt(row: AttemptRow): Attempt {
  return { id: row.id, cardToken: row.card_token, status: row.status, createdAtMs: row.created_at }
}

export function toInvoice(row: InvoiceRow): Invoice {
  return {
    id: row.id,
    number: row.number,
    orderId: row.order_id,
    userId: row.user_id,
    lines: row.lines,
    total: { amountMinor: row.total_minor, currency: row.currency },
    address: row.address ?? undefined,
    issuedAtMs: row.issued_at,
    refundedAtMs: row.refunded_at ?? undefined,
  }
}
