import type { Card } from './cards.ts'
import type { Charge, LedgerEntry, LedgerRepository, Refund, RefundResult } from './repository.ts'

/** The books in memory, for tests and for a whole shop in one process. */
export class MemoryLedgerRepository implements LedgerRepository {
  readonly #cards = new Map<string, Card>()
  readonly #charges = new Map<string, Charge>()
  readonly #refunds = new Map<string, Refund>()
  readonly #entries: LedgerEntry[] = []

  async saveCard(card: Card): Promise<void> {
    this.#cards.set(card.token, card)
  }

  async findCard(token: string): Promise<Card | undefined> {
    return this.#cards.get(token)
  }

  async enterCharge(charge: Charge): Promise<Charge> {
    const earlier = this.#charges.get(charge.key)
    if (earlier !== undefined) return earlier
    this.#charges.set(charge.key, charge)
    this.#entries.push({ kind: 'charge', position: this.#entries.length + 1, charge })
    return charge
  }

  async findCharge(key: string): Promise<Charge | undefined> {
    return this.#charges.get(key)
  }

  async enterRefund(refund: Refund): Promise<RefundResult> {
    const earlier = this.#refunds.get(refund.key)
    if (earlier !== undefined) return { kind: 'entered', refund: earlier }
    const charge = [...this.#charges.values()].find(({ id, status }) => id === refund.chargeId && status === 'approved')
    if (charge === undefined) return { kind: 'no-charge' }
    const refundedMinor = [...this.#refunds.values()]
      .filter(({ chargeId }) => chargeId === charge.id)
      .reduce((sum, { amountMinor }) => sum + amountMinor, 0)
    const leftMinor = charge.amountMinor - refundedMinor
    if (refund.amountMinor > leftMinor) return { kind: 'too-large', leftMinor }
    this.#refunds.set(refund.key, refund)
    this.#entries.push({ kind: 'refund', position: this.#entries.length + 1, refund })
    return { kind: 'entered', refund }
  }

  async entries(page: { after: number; limit: number; key?: string | undefined }): Promise<LedgerEntry[]> {
    const chargeId = page.key === undefined ? undefined : this.#charges.get(page.key)?.id
    return this.#entries
      .filter(
        (entry) =>
          page.key === undefined ||
          (entry.kind === 'charge' ? entry.charge.key === page.key : entry.refund.chargeId === chargeId),
      )
      .filter(({ position }) => position > page.after)
      .slice(0, page.limit)
  }
}
