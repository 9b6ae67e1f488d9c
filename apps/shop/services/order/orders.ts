import { remainingMs, currentCall, sleep, type Clock, type Random } from '@ashlar/kernel'
import type { Address } from '../shared/address.ts'
import type { Log } from '../shared/log.ts'
import type { Cursor } from '../shared/page-token.ts'
import { refusal, type ShopError } from '../shared/shop-errors.ts'
import { invalid } from '../shared/validate.ts'
import type { Carts } from './cart.ts'
import { cancel, checkOut, type CheckoutPorts } from './checkout.ts'
import { isSettled, totalOf, type Order, type OrderLine } from './order.ts'
import { orderNumber } from './order-number.ts'
import type { OrderRunner } from './order-runner.ts'
import type { OrderRepository, StoredOrder } from './repository.ts'
import { placed } from './transitions.ts'

export interface OrdersOptions {
  readonly repository: OrderRepository
  readonly carts: Carts
  readonly ports: CheckoutPorts
  readonly runner: OrderRunner
  readonly clock: Clock
  readonly random: Random
  readonly newId: () => string
  readonly log: Log
}

export interface PlaceCommand {
  readonly userId: string
  readonly idempotencyKey: string
  /** May be empty when the order exists already: its own card is charged then. */
  readonly cardToken: string
  readonly address: Address
}

// What payment takes at the most for one order: a million euros.
const maxTotalMinor = 100_000_000
const maxWaitMs = 25_000
// Kept back of the caller's deadline, so that the answer still reaches it.
const answerMs = 200
const pollMs = 100

/** Customers' orders: placing, looking at and cancelling them. */
export class Orders {
  readonly #options: OrdersOptions

  constructor(options: OrdersOptions) {
    this.#options = options
  }

  /**
   * Makes an order of the cart and checks it out; with a key that was used before, takes up that order instead.
   *
   * The checkout goes on by itself. Resolves when it has ended, or shortly before the caller's deadline, with the order
   * as it then is.
   * @throws SHOP_CART_EMPTY, SHOP_IDEMPOTENCY_KEY_REUSED
   */
  async place(command: PlaceCommand): Promise<Order> {
    const { repository } = this.#options
    const stored = (await repository.findByKey(command.userId, command.idempotencyKey)) ?? (await this.#make(command))
    if (!sameAddress(stored.order.address, command.address)) {
      throw refusal('SHOP_IDEMPOTENCY_KEY_REUSED', 'this idempotency key was used for an order to another address')
    }
    if (!isSettled(stored.order)) await this.#takeUp(stored, command.cardToken)
    return this.#wait(stored.order.id)
  }

  /** @throws SHOP_ORDER_NOT_FOUND when there is none, or it is somebody else's: the two look alike. */
  async get(userId: string, orderId: string): Promise<Order> {
    return (await this.#find(userId, orderId)).order
  }

  /** A page of the customer's orders, newest first, and where it ended unless it is the last. */
  async list(
    userId: string,
    page: { size: number; after: Cursor | undefined },
  ): Promise<{ orders: readonly Order[]; end: Cursor | undefined }> {
    const found = await this.#options.repository.list(userId, { limit: page.size + 1, after: page.after })
    const orders = found.slice(0, page.size)
    const last = orders.at(-1)
    return { orders, end: found.length > page.size && last ? { key: last.createdAtMs, id: last.id } : undefined }
  }

  /**
   * Refunds a paid or interrupted order, puts its stock back, and ends it. Resolves like {@link place}: an order that
   * could not be cancelled to the end comes back interrupted, or still paid, and may be cancelled again.
   * @throws SHOP_ORDER_NOT_FOUND; SHOP_ORDER_NOT_CANCELLABLE when it was refused, or is being worked on.
   */
  async cancel(userId: string, orderId: string, reason: string): Promise<Order> {
    const { repository, runner, ports, clock } = this.#options
    const { order } = await this.#find(userId, orderId)
    if (order.status === 'CANCELLED') return order
    if (order.status === 'REFUSED') {
      throw refusal('SHOP_ORDER_NOT_CANCELLABLE', 'the order was refused; nothing was charged and nothing is held')
    }
    const cancellable = ['PAID', 'INTERRUPTED', 'PENDING', 'RESERVED'] as const
    const claim = await repository.claim(orderId, cancellable, runner.lease(), clock.wall())
    if (claim !== undefined) runner.start(claim, (run) => cancel(run, ports, reason))
    else if (!(await this.#isBeingCancelled(userId, orderId))) throw busy()
    return this.#wait(orderId)
  }

  async #isBeingCancelled(userId: string, orderId: string): Promise<boolean> {
    return (await this.#find(userId, orderId)).order.ending?.kind === 'cancel'
  }

  async #find(userId: string, orderId: string): Promise<StoredOrder> {
    const stored = await this.#options.repository.find(orderId)
    if (stored?.order.userId === userId) return stored
    throw refusal('SHOP_ORDER_NOT_FOUND', 'there is no such order')
  }

  /** Makes the order and starts its checkout; finds the one that somebody else made under the key at the same time. */
  async #make(command: PlaceCommand): Promise<StoredOrder> {
    const { repository, carts, runner, ports, clock, random, newId } = this.#options
    const { userId, idempotencyKey, cardToken, address } = command
    if (cardToken === '') throw invalid('cardToken', 'is required')
    const { items } = await carts.get(userId)
    const lines = items.map(({ line }) => line)
    const twin = lines.length === 0 ? await repository.findByKey(userId, idempotencyKey) : undefined
    if (twin !== undefined) return twin
    checkLines(lines)
    for (;;) {
      const placement = { id: newId(), number: orderNumber(random), userId, idempotencyKey, lines, address, cardToken }
      const claim = await repository.insert(placed(placement, clock.wall()), runner.lease())
      if (claim === 'number-taken') continue
      if (claim === 'key-taken') return (await repository.findByKey(userId, idempotencyKey)) as StoredOrder
      this.#options.log.info(
        { orderId: claim.order.id, number: claim.order.number, userId, ...totalOf(lines) },
        'order placed',
      )
      runner.start(claim, (run) => checkOut(run, ports))
      return { order: claim.order, busyUntilMs: claim.lease.untilMs }
    }
  }

  /** Takes an order through its checkout again, unless somebody works on it. */
  async #takeUp({ order, busyUntilMs }: StoredOrder, cardToken: string): Promise<void> {
    const { repository, runner, ports, clock } = this.#options
    if (busyUntilMs !== undefined && busyUntilMs > clock.wall()) return
    const unfinished = ['INTERRUPTED', 'PENDING', 'RESERVED'] as const
    const claim = await repository.claim(order.id, unfinished, runner.lease(), clock.wall())
    if (claim !== undefined) runner.start(claim, (run) => checkOut(run, ports, { cardToken }))
  }

  /** The order when nobody works on it any more, here or in another process, or when time is up. */
  async #wait(orderId: string): Promise<Order> {
    const { repository, runner, clock } = this.#options
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
}

function checkLines(lines: readonly OrderLine[]): void {
  if (lines.length === 0) throw refusal('SHOP_CART_EMPTY', 'the cart is empty')
  if (totalOf(lines).amountMinor > maxTotalMinor) {
    throw invalid('', 'the cart is worth more than one order can be; split it into several orders')
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

function busy(): ShopError {
  const message = 'the order is being worked on; try again in a moment'
  return refusal('SHOP_ORDER_NOT_CANCELLABLE', message, { retryAfterMs: 1_000 })
}

function sameAddress(a: Address, b: Address): boolean {
  return (
    a.name === b.name &&
    a.line1 === b.line1 &&
    a.line2 === b.line2 &&
    a.postalCode === b.postalCode &&
    a.city === b.city &&
    a.country === b.country
  )
}
