import type { Address } from '../shared/address.ts'
import type { Ending, Order, OrderLine, OrderStatus, Shipment, StatusChange } from './order.ts'

export interface OrderRow {
  id: string
  number: string
  user_id: string
  idempotency_key: string
  status: OrderStatus
  /** Those of orders from before there were pictures have none. */
  lines: (Omit<OrderLine, 'imageHash'> & { imageHash?: string })[]
  address: Address
  card_token: string
  ending: Ending | null
  carrier: string | null
  tracking_number: string | null
  shipped_at: number | null
  delivered_at: number | null
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
    lines: row.lines.map((line) => ({ ...line, imageHash: line.imageHash ?? '' })),
    address: row.address,
    cardToken: row.card_token,
    ending: row.ending ?? undefined,
    shipment: toShipment(row),
    paymentLabel: row.payment_label,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
    history: row.history satisfies StatusChange[],
    version: row.version,
  }
}

function toShipment(row: OrderRow): Shipment | undefined {
  const { carrier, tracking_number, shipped_at, delivered_at } = row
  if (carrier === null || tracking_number === null || shipped_at === null) return undefined
  return {
    carrier,
    trackingNumber: tracking_number,
    shippedAtMs: shipped_at,
    deliveredAtMs: delivered_at ?? undefined,
  }
}
