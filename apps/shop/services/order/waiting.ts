import { currentCall, remainingMs, sleep, type Clock } from '@ashlar/kernel'
import type { Order } from './order.ts'
import type { OrderRunner } from './order-runner.ts'
import type { OrderRepository, StoredOrder } from './repository.ts'

export interface WaitOptions {
  readonly repository: OrderRepository
  readonly runner: OrderRunner
  readonly clock: Clock
}

const maxWaitMs = 25_000
// Kept back of the caller's deadline, so that the answer still reaches it.
const answerMs = 200
const pollMs = 100

/** The order when nobody works on it any more, here or in another process, or when the caller's time is up. */
export async function whenLeftAlone(orderId: string, { repository, runner, clock }: WaitOptions): Promise<Order> {
  const call = currentCall()
  const untilMs = clock.now() + Math.min(maxWaitMs, (remainingMs(call, clock) ?? Infinity) - answerMs)
  for (;;) {
    const leftMs = untilMs - clock.now()
    const running = runner.running(orderId)
    if (running !== undefined && leftMs > 0) await within(clock, leftMs, running, call?.signal)
    const { order, busyUntilMs } = (await repository.find(orderId)) as StoredOrder
    const isBusy = busyUntilMs !== undefined && busyUntilMs > clock.wall()
    if (!isBusy || clock.now() >= untilMs) return order
    await sleep(clock, Math.min(pollMs, leftMs), { signal: call?.signal })
  }
}

/** Resolves with `work`, or without it after `ms`. */
async function within(clock: Clock, ms: number, work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  const enough = new AbortController()
  const both = signal === undefined ? enough.signal : AbortSignal.any([signal, enough.signal])
  const timeout = sleep(clock, ms, { signal: both })
  try {
    await Promise.race([work, timeout])
  } finally {
    // The timer must not outlive the wait; its rejection has nobody to tell.
    timeout.catch(() => {})
    enough.abort()
  }
}
