import { hasCode } from '@ashlar/kernel'
import type { Log } from '../shared/log.ts'
import { unfinished, type Ending } from './order.ts'
import { OrderRun, type OrderRunOptions } from './order-run.ts'
import type { OrderRunner } from './order-runner.ts'
import { interrupted } from './transitions.ts'

export interface SweepOptions extends OrderRunOptions {
  readonly runner: OrderRunner
  readonly log: Log
}

const batchSize = 100

/** The statuses in which somebody works on an order. */
const leasable = [...unfinished, 'PAID', 'SHIPPED', 'DELIVERED'] as const

/** What to do about it, for the customer. A refusal is a part of the checkout. */
const notes: Readonly<Record<Ending['kind'], string>> = {
  refuse:
    'The checkout stopped before its end. Place the order again to finish it, or cancel it; you are never charged twice.',
  cancel: 'The cancellation stopped before its end. Cancel the order again to finish it.',
  refund: 'The refund stopped before its end. The shop takes it up again.',
}

/** Marks orders as interrupted whose runner died: it did not give its lease back in time. */
export async function sweepAbandoned(options: SweepOptions): Promise<void> {
  const { repository, runner, clock, log } = options
  for (const orderId of await repository.abandoned({ nowMs: clock.wall(), limit: batchSize })) {
    const claim = await repository.claim(orderId, leasable, runner.lease(), clock.wall())
    if (claim === undefined) continue
    const note = notes[claim.order.ending?.kind ?? 'refuse']
    try {
      await new OrderRun(claim, options).advance((order, nowMs) => interrupted(order, note, nowMs), { done: true })
      log.warn({ orderId, status: claim.order.status }, 'order interrupted: its runner is gone')
    } catch (error) {
      if (!hasCode(error, 'SHOP_ORDER_LEASE_LOST')) throw error
    }
  }
}
