import { randomUUID } from 'node:crypto'
import { hasCode, sleep, systemClock } from '@ashlar/kernel'
import type { Client } from '@ashlar/rpc'
import { PaymentStatus, type PaymentService } from '../contracts/gen/shop/payment/v1/payment_pb.ts'
import { approvedCard } from './shop-client.ts'

export interface ChargeTried {
  readonly orderId: string
  tookMs: number
  /** `refused`: the bank was not asked, or not again, because it has been failing. `open` as long as nobody knows. */
  ending: 'open' | 'charged' | 'refused' | 'failed'
}

/** Charges one new order after the other, at an even rate, whatever becomes of them. */
export class ChargeLoad {
  readonly all: ChargeTried[] = []
  readonly #payment: Client<typeof PaymentService>
  readonly #cardToken: string
  readonly #pauseMs: number

  static async open(payment: Client<typeof PaymentService>, options: { perSecond: number }): Promise<ChargeLoad> {
    const { cardToken } = await payment.createCardToken(card)
    return new ChargeLoad(payment, cardToken, 1_000 / options.perSecond)
  }

  constructor(payment: Client<typeof PaymentService>, cardToken: string, pauseMs: number) {
    this.#payment = payment
    this.#cardToken = cardToken
    this.#pauseMs = pauseMs
  }

  /** Resolves when the last of the charges has an ending. */
  async run(forMs: number): Promise<void> {
    const beganMs = systemClock.now()
    const running: Promise<void>[] = []
    while (systemClock.now() - beganMs < forMs) running.push((await this.#next()).ended)
    await Promise.all(running)
  }

  /** Goes on until one of the charges that began meanwhile ends as wanted. @returns how long that took. */
  async runUntil(isWanted: (charge: ChargeTried) => boolean, maxMs: number): Promise<number> {
    const [beganMs, first] = [systemClock.now(), this.all.length]
    const running: Promise<void>[] = []
    while (!this.all.slice(first).some(isWanted)) {
      if (systemClock.now() - beganMs > maxMs) throw new Error(`no charge ended as wanted within ${maxMs} ms`)
      running.push((await this.#next()).ended)
    }
    const tookMs = Math.round(systemClock.now() - beganMs)
    await Promise.all(running)
    return tookMs
  }

  /** Charges one new order. */
  async one(): Promise<ChargeTried> {
    const charge = this.#order()
    await this.#charge(charge, true)
    return charge
  }

  /** Charges again what is not charged yet, until everything is. */
  async settle(): Promise<void> {
    const unsettled = this.all.filter(({ ending }) => ending !== 'charged')
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let charge = unsettled.pop(); charge !== undefined; charge = unsettled.pop()) await this.#persist(charge)
      }),
    )
  }

  async #persist(charge: ChargeTried): Promise<void> {
    for (let attempt = 1; attempt <= 50; attempt++) {
      await this.#charge(charge, false)
      if (charge.ending === 'charged') return
      await sleep(systemClock, 200)
    }
    throw new Error(`order ${charge.orderId} cannot be charged`)
  }

  async #next(): Promise<{ readonly ended: Promise<void> }> {
    const charge = this.#order()
    const ended = this.#charge(charge, true)
    await sleep(systemClock, this.#pauseMs)
    return { ended }
  }

  #order(): ChargeTried {
    const charge: ChargeTried = { orderId: randomUUID(), tookMs: 0, ending: 'open' }
    this.all.push(charge)
    return charge
  }

  async #charge(charge: ChargeTried, isFirst: boolean): Promise<void> {
    const beganMs = systemClock.now()
    charge.ending = await this.#outcome(charge.orderId, isFirst)
    charge.tookMs = systemClock.now() - beganMs
  }

  async #outcome(orderId: string, isFirst: boolean): Promise<ChargeTried['ending']> {
    const amount = { currency: 'EUR', amountMinor: 1_999n }
    const lines = [{ description: 'Desk lamp', quantity: 1, unitPrice: amount, lineTotal: amount }]
    const cardToken = this.#cardToken
    try {
      const { payment } = await this.#payment.charge({ orderId, userId, amount, cardToken, lines, isFirst })
      if (payment?.status !== PaymentStatus.CHARGED) throw new Error(`status ${payment?.status}`)
      return 'charged'
    } catch (error) {
      if (!hasCode(error, 'SHOP_BANK_UNAVAILABLE')) throw error
      return isRefusal(error) ? 'refused' : 'failed'
    }
  }
}

const userId = randomUUID()
export const card = { number: approvedCard, expiryMonth: 12, expiryYear: 2030, securityCode: '123' }

/** Whether the bank was not asked, or not again, because it has been failing. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.message.includes('it has been failing')
}
