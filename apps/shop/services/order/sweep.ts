import { hasCode } from '@ashlar/kernel'
import type { Log } from '../shared/log.ts'
import { OrderRun, type OrderRunOptions } from './order-run.ts'
import type { OrderRunner } from './order-runner.ts'
import { interrupted } from './transitions.ts'

export interface SweepOptions extends OrderRunOptions {
  readonly runner: OrderRunner
  readonly log: Log
}

const batchSize = 100

/** Marks orders as interrupted whose runner died: it did not give its lease back in time. */
export async function sweepAbandoned(options: SweepOptions): Promise<void> {
  const { repository, runner, clock, log } = options
  for (const orderId of await repository.abandoned({ nowMs: clock.wall(), limit: batchSize })) {
    const statuses = ['PENDING', 'RESERVED', 'PAID', 'INTERRUPTED'] as const
    const claim = await repository.claim(orderId, statuses, runner.lease(), clock.wall())
    if (claim === undefined) continue
    const isCancelling = claim.order.ending?.kind === 'cancel'
    const note = isCancelling
      ? 'The cancellation stopped before its end. Cancel the order again to finish it.'
      : 'The checkout stopped before its end. Place the order again to finish it, or cancel it; you are never charged twice.'
    try {
      await new OrderRun(claim, options).advance((order, nowMs) => interrupted(order, note, nowMs), { done: true })
      log.warn({ orderId, status: claim.order.status }, 'order interrupted: its runner is gone')
    } catch (error) {
      if (!hasCode(error, 'SHOP_ORDER_LEASE_LOST')) throw error
    }
  }
}
