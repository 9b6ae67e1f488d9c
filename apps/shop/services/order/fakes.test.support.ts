import { AshlarError } from '@ashlar/kernel'
import { money } from '../shared/money.ts'
import { refusal } from '../shared/shop-errors.ts'
import type { Order } from './order.ts'
import type { ChargeAnswer, PaymentTaker, ProductInfo, Products, ReservationState, Stock } from './ports.ts'

/** How a call to a fake goes wrong: before it has had its effect, after, or by never coming back (with or without). */
export const faultKinds = ['before', 'after', 'hang-before', 'hang-after'] as const
export type Fault = (typeof faultKinds)[number]

class UnreachableError extends AshlarError {
  readonly code = 'TEST_UNREACHABLE' as const
  readonly retryable = true
}

/** Lets tests make any call of the fakes fail, by its place among all calls. */
export class Faults {
  readonly calls: string[] = []
  readonly #planned = new Map<number, Fault>()

  /** Makes call `index` (0 is the next one) fail, and `count - 1` calls after it. */
  plan(index: number, fault: Fault, count = 1): void {
    for (let at = index; at < index + count; at++) this.#planned.set(this.calls.length + at, fault)
  }

  clear(): void {
    this.#planned.clear()
  }

  async run<T>(name: string, effect: () => T): Promise<T> {
    const fault = this.#planned.get(this.calls.push(name) - 1)
    if (fault === 'before') throw new UnreachableError(`${name} is unreachable`)
    if (fault === 'hang-before') return new Promise<never>(() => {})
    const [answered] = await Promise.allSettled([(async () => effect())()])
    if (fault === 'after') throw new UnreachableError(`${name} was cut off`)
    if (fault === 'hang-after') return new Promise<never>(() => {})
    if (answered.status === 'rejected') throw answered.reason
    return answered.value
  }
}

/** A shelf with a few products, and its rules: all lines or none, everything repeatable. */
export class FakeShelf implements Stock, Products {
  readonly available = new Map<string, number>()
  readonly #reservations = new Map<string, { state: ReservationState; lines: Order['lines'] }>()
  readonly #faults: Faults
  readonly #catalogue: ProductInfo[]

  constructor(faults: Faults, catalogue: ProductInfo[]) {
    this.#faults = faults
    this.#catalogue = catalogue
    for (const { id, available } of catalogue) this.available.set(id, available)
  }

  async find(ids: readonly string[]): Promise<readonly ProductInfo[]> {
    return ids.flatMap((id) => this.#catalogue.filter((each) => each.id === id))
  }

  /** From now on the product is not sold. */
  retire(productId: string): void {
    this.#replace(productId, { retired: true })
  }

  reprice(productId: string, amountMinor: number): void {
    this.#replace(productId, { price: money(amountMinor, 'EUR') })
  }

  #replace(productId: string, change: Partial<ProductInfo>): void {
    const index = this.#catalogue.findIndex(({ id }) => id === productId)
    this.#catalogue[index] = { ...(this.#catalogue[index] as ProductInfo), ...change }
  }

  reserve(order: Order): Promise<ReservationState> {
    return this.#faults.run('reserve', () => {
      const state = this.stateOf(order.id)
      if (state === 'HELD' || state === 'COMMITTED' || state === 'RETURNED') return state
      const gone = this.#catalogue.find(
        ({ id, retired }) => retired && order.lines.some((line) => line.productId === id),
      )
      if (gone !== undefined) throw refusal('SHOP_PRODUCT_RETIRED', `no longer sold: "${gone.name}"`)
      const short = order.lines.find(({ productId, quantity }) => (this.available.get(productId) ?? 0) < quantity)
      if (short !== undefined) throw refusal('SHOP_OUT_OF_STOCK', `not enough in stock: "${short.name}"`)
      this.#move(order.lines, -1)
      this.#reservations.set(order.id, { state: 'HELD', lines: order.lines })
      return 'HELD'
    })
  }

  release(orderId: string): Promise<ReservationState> {
    return this.#faults.run('release', () => this.#leave(orderId, 'HELD', 'RELEASED'))
  }

  commit(orderId: string): Promise<ReservationState> {
    return this.#faults.run('commit', () => {
      const reservation = this.#reservations.get(orderId)
      if (reservation?.state === 'HELD') reservation.state = 'COMMITTED'
      if (reservation?.state !== 'COMMITTED') throw refusal('SHOP_RESERVATION_GONE', 'nothing is held any more')
      return 'COMMITTED'
    })
  }

  giveBack(orderId: string): Promise<ReservationState> {
    return this.#faults.run('giveBack', () => {
      if (!this.#reservations.has(orderId)) throw refusal('SHOP_RESERVATION_GONE', 'nothing is held any more')
      return this.#leave(orderId, 'COMMITTED', 'RETURNED')
    })
  }

  /** The sale was so long ago that nothing is known of it any more. */
  forget(orderId: string): void {
    this.#reservations.delete(orderId)
  }

  expire(orderId: string): void {
    this.#leave(orderId, 'HELD', 'EXPIRED')
  }

  stateOf(orderId: string): ReservationState | undefined {
    return this.#reservations.get(orderId)?.state
  }

  #leave(orderId: string, from: ReservationState, to: ReservationState): ReservationState {
    const reservation = this.#reservations.get(orderId)
    if (reservation === undefined) return to
    if (reservation.state === from) {
      this.#move(reservation.lines, 1)
      reservation.state = to
    }
    return reservation.state
  }

  #move(lines: Order['lines'], sign: 1 | -1): void {
    for (const { productId, quantity } of lines) {
      this.available.set(productId, (this.available.get(productId) ?? 0) + sign * quantity)
    }
  }
}

/** Takes money from cards, once per order, except from those whose token begins with `bad`. */
export class FakePayments implements PaymentTaker {
  /** Whether it was said to be the first, of each time that a charge was asked for. */
  readonly firsts: boolean[] = []
  readonly #faults: Faults
  readonly #accounts = new Map<string, { charges: number; refunds: number; closed: boolean }>()

  constructor(faults: Faults) {
    this.#faults = faults
  }

  charge(order: Order, { isFirst } = { isFirst: false }): Promise<ChargeAnswer> {
    this.firsts.push(isFirst)
    return this.#faults.run('charge', () => {
      const account = this.account(order.id)
      if (account.closed) throw new Error('closed')
      if (account.charges === 1) return { kind: 'charged', label: 'Visa ending 4242' }
      if (order.cardToken.startsWith('bad')) return { kind: 'declined', code: 'INSUFFICIENT_FUNDS' }
      account.charges++
      return { kind: 'charged', label: 'Visa ending 4242' }
    })
  }

  refund(orderId: string): Promise<void> {
    return this.#faults.run('refund', () => {
      const account = this.account(orderId)
      account.closed = true
      account.refunds = account.charges
    })
  }

  account(orderId: string): { charges: number; refunds: number; closed: boolean } {
    const account = this.#accounts.get(orderId) ?? { charges: 0, refunds: 0, closed: false }
    this.#accounts.set(orderId, account)
    return account
  }
}

export function product(id: string, available: number): ProductInfo {
  const price = money(1050, 'EUR')
  const looks = { categorySlug: 'lamps', colour: '#aabbcc', imageHash: '' }
  return { id, name: `Product ${id}`, price, available, ...looks, retired: false }
}
