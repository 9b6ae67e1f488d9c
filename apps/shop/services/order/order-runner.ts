import { CancelledError, currentCall, hasCode, orAborted, runCall, type Clock, type Closeable } from '@ashlar/kernel'
import type { Log } from '../shared/log.ts'
import type { Ending, Order } from './order.ts'
import { LeaseKeeper, leaseMs } from './lease-keeper.ts'
import { OrderRun, type OrderRunOptions } from './order-run.ts'
import type { Claim, Lease } from './repository.ts'
import { interrupted } from './transitions.ts'

export interface OrderRunnerOptions extends OrderRunOptions {
  /** Which process this is, among all that may work on orders. */
  readonly id: string
  readonly log: Log
}

const runTimeoutMs = 20_000
const lastWordMs = 3_000

/** What to do about a run that failed, for the customer. A refusal is a part of the checkout. */
const remedies: Readonly<Record<Ending['kind'], string>> = {
  refuse: 'Place it again to go on from here; you are never charged twice.',
  cancel: 'Cancel it again to go on from here.',
  refund: 'The shop takes the refund up again.',
}

/**
 * Works on claimed orders, detached from whoever asked: their going away or their deadline stops nothing midway. A run
 * that fails leaves its order interrupted, with a note of what it was doing.
 */
export class OrderRunner implements Closeable {
  readonly #options: OrderRunnerOptions
  readonly #clock: Clock
  readonly #running = new Map<string, Promise<void>>()
  readonly #stop = new AbortController()

  constructor(options: OrderRunnerOptions) {
    this.#options = options
    this.#clock = options.clock
  }

  /** The lease to claim an order with, from now. */
  lease(): Omit<Lease, 'epoch'> {
    return { runner: this.#options.id, untilMs: this.#clock.wall() + leaseMs }
  }

  /** Starts `work` on a claimed order. */
  start(claim: Claim, work: (run: OrderRun) => Promise<void>): void {
    const { id } = claim.order
    const running = this.#run(claim, work).finally(() => {
      // A run that had lost its order may end after the one that took it over has begun.
      if (this.#running.get(id) === running) this.#running.delete(id)
    })
    this.#running.set(id, running)
  }

  /** Resolves when this process's work on the order has ended; `undefined` when it does not work on it. */
  running(orderId: string): Promise<void> | undefined {
    return this.#running.get(orderId)
  }

  /** Waits for the runs in flight. */
  async drain(signal: AbortSignal): Promise<void> {
    await orAborted(Promise.all(this.#running.values()), signal)
  }

  /** Stops what is still running; the orders are left interrupted. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new CancelledError('the service is stopping'))
    await Promise.all(this.#running.values())
  }

  async #run(claim: Claim, work: (run: OrderRun) => Promise<void>): Promise<void> {
    using keeper = new LeaseKeeper(claim, this.#options)
    const run = new OrderRun(claim, this.#options, keeper)
    const trace = currentCall()?.trace
    try {
      const signal = AbortSignal.any([this.#stop.signal, keeper.lost])
      const options = { parent: null, trace, timeoutMs: runTimeoutMs, signal, clock: this.#clock }
      await runCall(options, () => work(run))
      this.#tell(run.order)
    } catch (error) {
      await runCall({ parent: null, trace, timeoutMs: lastWordMs, clock: this.#clock }, () =>
        this.#interrupt(run, error),
      )
        // The order keeps its lease, and is found by the sweep when that expires.
        .catch((err: unknown) => this.#options.log.warn({ orderId: run.order.id, err }, 'order left to the sweep'))
    }
  }

  async #interrupt(run: OrderRun, error: unknown): Promise<void> {
    const { log } = this.#options
    log.warn({ orderId: run.order.id, doing: run.doing, err: error }, 'order interrupted')
    if (hasCode(error, 'SHOP_ORDER_LEASE_LOST')) return
    const note = `Something went wrong while ${run.doing}. ${remedies[run.order.ending?.kind ?? 'refuse']}`
    await run.advance((order, nowMs) => interrupted(order, note, nowMs), { done: true })
  }

  #tell(order: Order): void {
    const { id, number, userId, status } = order
    const code = order.ending?.kind === 'refuse' ? { refusal: order.ending.refusal.code } : {}
    this.#options.log.info({ orderId: id, number, userId, ...code }, `order ${status.toLowerCase()}`)
  }
}
