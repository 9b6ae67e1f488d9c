import { hasCode, type Clock } from '@ashlar/kernel'
import type { Log } from '../shared/log.ts'
import type { Bank } from './bank.ts'
import type { Payments } from './payments.ts'
import { firstLookMs, type PaymentRepository } from './repository.ts'

export interface ResolverOptions {
  readonly repository: PaymentRepository
  readonly bank: Bank
  readonly payments: Payments
  readonly clock: Clock
  readonly log: Log
}

const batchSize = 20
const longestWaitMs = 600_000

/**
 * Looks up at the bank what became of pending attempts whose caller is gone. Only asks: never charges, never voids.
 *
 * An attempt that the bank has not heard of stays pending, for the order to be placed again or cancelled, and is
 * looked up ever more rarely: each time after as long again as it is old.
 * @throws SHOP_BANK_UNAVAILABLE at the first attempt that the bank gives no answer about; the rest wait.
 */
export async function resolvePending(options: ResolverOptions): Promise<void> {
  const { repository, bank, payments, clock, log } = options
  const due = await repository.dueAttempts({ nowMs: clock.wall(), limit: batchSize })
  for (const { id, orderId, createdAtMs } of due) {
    try {
      const outcome = await bank.find(id)
      if (outcome !== undefined) {
        const { status } = await payments.recordOutcome(orderId, id, outcome)
        log.info({ orderId, status }, 'pending payment resolved by asking the bank')
        continue
      }
    } catch (error) {
      if (hasCode(error, 'SHOP_BANK_UNAVAILABLE')) throw error
      // One that cannot be resolved must not keep the others from it.
      log.error({ orderId, err: error }, 'pending payment could not be resolved')
    }
    const nowMs = clock.wall()
    const waitMs = Math.min(Math.max(nowMs - createdAtMs, firstLookMs), longestWaitMs)
    await repository.deferAttempt(id, nowMs + waitMs)
  }
}
