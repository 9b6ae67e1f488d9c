import type { Closeable, Clock } from '@ashlar/kernel'
import { every } from '../shared/every.ts'
import { inBatches } from '../shared/in-batches.ts'
import type { Log } from '../shared/log.ts'
import type { MerchantRepository, StockRepository } from './repository.ts'

const dayMs = 86_400_000
/** An order that is taken up again reserves anew what it no longer holds; whether it is still written down is all one. */
const unsoldDays = 30
/**
 * Returning what was sold needs its reservation. Goods come back within two years, for as long as sellers answer for
 * defects by law, and then some for the parcel. For an order that is cancelled or refunded later still, a merchant adds
 * the pieces by hand.
 */
const soldDays = 800
/** No client repeats a request for longer. */
const keyDays = 30

export interface RetentionOptions {
  readonly stock: StockRepository
  readonly merchant: MerchantRepository
  readonly clock: Clock
  readonly log: Log
}

/** Forgets every hour what nobody will ask about any more, in batches, until drained. Several services may do so at once. */
export function forgetting({ stock, merchant, clock, log }: RetentionOptions): Closeable {
  const onError = (error: unknown): void => log.error({ err: error }, 'old reservations and keys were not forgotten')
  const before = (days: number): number => clock.wall() - days * dayMs
  return every({ intervalMs: 3_600_000, timeoutMs: 60_000, clock, onError }, async () => {
    const unsold = await inBatches((limit) => stock.forget('unsold', { beforeMs: before(unsoldDays), limit }))
    const sold = await inBatches((limit) => stock.forget('sold', { beforeMs: before(soldDays), limit }))
    const keys = await inBatches((limit) => merchant.forgetKeys({ olderThanMs: keyDays * dayMs, limit }))
    if (unsold + sold + keys > 0) log.info({ unsold, sold, keys }, 'old reservations and keys forgotten')
  })
}
