import type { Address } from '../shared/address.ts'
import type { Ending, Order, OrderLine, OrderStatus, StatusChange } from './order.ts'

export interface OrderRow {
  id: string
  number: string
  user_id: string
  idempotency_key: string
  status: OrderStatus
  lines: OrderLine[]
  address: Address
  card_token: string
  ending: Ending | null
  payment_label: string
  created_at: number
  updated_at: number
  version: number
  lease_until: number | null
  lease_epoch: number
  /** Aggregated from the history's rows, oldest first. */
  history: { status: OrderStatus; atMs: number; note: string }[]
}

export function toOrder(row: OrderRow): Order {
  return {
    id: row.id,
    number: row.number,
    userId: row.user_id,
    idempotencyKey: row.idempotency_key,
    status: row.status,
    lines: row.lines,
    address: row.address,
    cardToken: row.card_token,
    ending: row.ending ?? undefined,
    paymentLabel: row.payment_label,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
    history: row.history satisfies StatusChange[],
    version: row.version,
  }
}
