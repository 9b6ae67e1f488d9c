import { refusal } from '../shared/shop-errors.ts'
import type { Bank, BankCharge, BankOutcome } from './bank.ts'

/** Where a fake bank fails: before it has acted, or after. */
export type BankFault = 'before' | 'after'

/**
 * A bank in memory for tests: keeps its promises about keys, and fails where told to. Cards whose token begins with
 * `bad` are declined.
 */
export class FakeBank implements Bank {
  readonly entries = new Map<string, BankOutcome>()
  readonly refunds = new Map<string, number>()
  /** Faults of the next calls, in their order; `undefined` for one that goes well. */
  readonly faults: (BankFault | undefined)[] = []
  /** Whether it is left alone for the time being. */
  isResting = false
  /** Called before a charge is entered. */
  beforeCharge: () => Promise<void> = async () => {}

  requireAvailable(): void {
    if (this.isResting) throw outOfOrder()
  }

  async tokenise(): Promise<{ token: string; brand: string; last4: string }> {
    return { token: 'card_1', brand: 'Visa', last4: '4242' }
  }

  async charge(key: string, charge: BankCharge): Promise<BankOutcome> {
    await this.beforeCharge()
    const outcome: BankOutcome = charge.token.startsWith('bad')
      ? { kind: 'declined', code: 'CARD_DECLINED', brand: 'Visa', last4: '0002' }
      : { kind: 'approved', reference: `charge-${key}`, brand: 'Visa', last4: '4242' }
    return this.#act(() => this.#enter(key, outcome))
  }

  async find(key: string): Promise<BankOutcome | undefined> {
    return this.#act(() => this.entries.get(key))
  }

  async void(key: string): Promise<BankOutcome> {
    return this.#act(() => this.#enter(key, { kind: 'void' }))
  }

  async refund(key: string, refund: { chargeId: string; amountMinor: number }): Promise<void> {
    this.#act(() => this.refunds.set(key, refund.amountMinor))
  }

  /** How many charges were approved, net of refunds. */
  get netCharges(): number {
    return [...this.entries.values()].filter(({ kind }) => kind === 'approved').length - this.refunds.size
  }

  #enter(key: string, outcome: BankOutcome): BankOutcome {
    const held = this.entries.get(key) ?? outcome
    this.entries.set(key, held)
    return held
  }

  #act<T>(work: () => T): T {
    this.requireAvailable()
    const fault = this.faults.shift()
    if (fault === 'before') throw outOfOrder()
    const result = work()
    if (fault === 'after') throw outOfOrder()
    return result
  }
}

function outOfOrder(): Error {
  return refusal('SHOP_BANK_UNAVAILABLE', 'the bank does not answer', { retryAfterMs: 1_000 })
}
