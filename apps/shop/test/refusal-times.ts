import { hasCode, sleep, systemClock } from '@ashlar/kernel'
import type { Client } from '@ashlar/rpc'
import type { PaymentService } from '../contracts/gen/shop/payment/v1/payment_pb.ts'
import { card, isRefusal, type ChargeLoad } from './charge-load.ts'

/** How long a call of each kind took, in milliseconds. */
export interface Times {
  readonly charge: number
  readonly token: number
  /** A call that is answered without asking anybody: what a call costs as such, at that moment. */
  readonly plain: number
}

const roundsBetweenLooks = 3

/**
 * Measures refusals beside whatever else goes on, one call at a time: the charge of a new order, a card token, a plain
 * call, and from the beginning again.
 *
 * A round counts when the bank has not been asked for anything meanwhile: otherwise one of its calls may have been let
 * through, and took as long as the bank did.
 */
export class RefusalTimes {
  readonly rounds: Times[] = []
  readonly #payment: Client<typeof PaymentService>
  readonly #charges: ChargeLoad
  readonly #bankRequests: () => Promise<number>

  /** @param charges does the charging, and knows what became of each. */
  constructor(payment: Client<typeof PaymentService>, charges: ChargeLoad, bankRequests: () => Promise<number>) {
    this.#payment = payment
    this.#charges = charges
    this.#bankRequests = bankRequests
  }

  async sample(forMs: number): Promise<void> {
    const endMs = systemClock.now() + forMs
    let asked = await this.#bankRequests()
    while (systemClock.now() < endMs) {
      const rounds: Times[] = []
      for (let count = 0; count < roundsBetweenLooks; count++) rounds.push(...(await this.#round()))
      const askedBefore = asked
      asked = await this.#bankRequests()
      if (asked === askedBefore) this.rounds.push(...rounds)
    }
  }

  /** Nothing where the bank was not left alone. */
  async #round(): Promise<readonly Times[]> {
    await sleep(systemClock, 2)
    const charge = await this.#charges.one()
    const token = await timed(() => this.#payment.createCardToken(card))
    const plain = await timed(() => this.#payment.getPayment({ orderId: 'none' }))
    if (!hasCode(plain.thrown, 'ASHLAR_INVALID_INPUT')) throw new Error('not a plain answer', { cause: plain.thrown })
    const isLeftAlone = charge.ending === 'refused' && isRefusal(token.thrown)
    return isLeftAlone ? [{ charge: charge.tookMs, token: token.tookMs, plain: plain.tookMs }] : []
  }
}

/** The rounds, a hundred at a time; what is left over counts for nothing. */
export function hundreds(rounds: readonly Times[]): (readonly Times[])[] {
  const count = Math.floor(rounds.length / 100)
  return Array.from({ length: count }, (_, index) => rounds.slice(index * 100, (index + 1) * 100))
}

/** The shortest time within which `share` of the calls were answered. */
export function quantile(tookMs: readonly number[], share: number): number {
  const sorted = tookMs.toSorted((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Infinity
}

/** The same, of each kind by itself. */
export function quantiles(rounds: readonly Times[], share: number): Times {
  const of = (kind: keyof Times): number =>
    quantile(
      rounds.map((round) => round[kind]),
      share,
    )
  return { charge: of('charge'), token: of('token'), plain: of('plain') }
}

export function tell({ charge, token, plain }: Times): string {
  return `charge ${charge.toFixed(1)}, token ${token.toFixed(1)}, plain call ${plain.toFixed(1)} ms`
}

async function timed(call: () => Promise<unknown>): Promise<{ readonly tookMs: number; readonly thrown: unknown }> {
  const beganMs = systemClock.now()
  const thrown = await call().then(
    () => undefined,
    (error: unknown) => error,
  )
  return { tookMs: systemClock.now() - beganMs, thrown }
}
