import { implement, type RpcService } from '@ashlar/rpc'
import {
  ReservationState as ProtoState,
  StockService,
  type StockLine as ProtoLine,
} from '../../contracts/gen/shop/product/v1/product_pb.ts'
import { toTimestamp } from '../shared/timestamps.ts'
import { validate, type Checker } from '../shared/validate.ts'
import type { ReservationState, StockLine } from './reservation.ts'
import type { Stock } from './stock.ts'

const defaultHoldSeconds = 120

/** Stock as the contract has it. */
export function stockRpc(stock: Stock): RpcService {
  return implement(StockService, {
    async reserve({ reservationId, lines, holdSeconds }) {
      const request = validate((check) => ({
        id: check.uuid('reservationId', reservationId),
        lines: checkLines(check, lines),
        holdMs:
          1_000 *
          (holdSeconds === 0 ? defaultHoldSeconds : check.integer('holdSeconds', holdSeconds, { min: 1, max: 3_600 })),
      }))
      const { state, expiresAtMs } = await stock.reserve(request)
      return { state: states[state], expiresAt: toTimestamp(expiresAtMs) }
    },
    release: async ({ reservationId }) => ({ state: states[await stock.release(checkId(reservationId))] }),
    commit: async ({ reservationId }) => ({ state: states[await stock.commit(checkId(reservationId))] }),
    return: async ({ reservationId }) => ({ state: states[await stock.returnSold(checkId(reservationId))] }),
    async getStock({ productIds }) {
      const ids = validate((check) => {
        if (productIds.length > 2_000) check.issue('productIds', `must be at most 2000, got ${productIds.length}`)
        return productIds.slice(0, 2_000).map((id, index) => check.uuid(`productIds[${index}]`, id))
      })
      return { levels: [...(await stock.levels(ids.length === 0 ? 'all' : ids))] }
    },
  })
}

const states: Readonly<Record<ReservationState, ProtoState>> = {
  held: ProtoState.HELD,
  committed: ProtoState.COMMITTED,
  released: ProtoState.RELEASED,
  expired: ProtoState.EXPIRED,
  returned: ProtoState.RETURNED,
}

function checkId(reservationId: string): string {
  return validate((check) => check.uuid('reservationId', reservationId))
}

function checkLines(check: Checker, lines: readonly ProtoLine[]): readonly StockLine[] {
  if (lines.length === 0) check.issue('lines', 'is required')
  if (lines.length > 50) check.issue('lines', `must be at most 50, got ${lines.length}`)
  const seen = new Set<string>()
  return lines.slice(0, 50).map((line, index) => {
    const productId = check.uuid(`lines[${index}].productId`, line.productId)
    if (seen.has(productId)) check.issue(`lines[${index}].productId`, 'is there twice; add the quantities up')
    seen.add(productId)
    const quantity = check.integer(`lines[${index}].quantity`, line.quantity, { min: 1, max: 99 })
    return { productId, quantity }
  })
}
