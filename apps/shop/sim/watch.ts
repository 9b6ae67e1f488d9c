import type { Stores } from './stores.ts'
import type { Violation } from './violation.ts'

/**
 * What must hold at every moment, looked at whenever something has been stored: the sooner a violation is seen, the
 * shorter the history that ends with it.
 */
export class Watch {
  readonly #stores: Stores
  readonly #report: (violation: Violation) => void
  readonly #charges = new Map<string, string>()
  #position = 0

  constructor(stores: Stores, report: (violation: Violation) => void) {
    this.#stores = stores
    this.#report = report
  }

  /** @param statement what has taken effect, such as `stock.reserve`. */
  stored(statement: string): void {
    if (statement.startsWith('stock.')) void this.#lookAtStock()
    if (statement.startsWith('ledger.')) void this.#lookAtLedger()
  }

  async #lookAtStock(): Promise<void> {
    for (const { productId, initial, available, reserved, sold } of await this.#stores.stock.levels('all')) {
      const figures = `available ${available}, reserved ${reserved}, sold ${sold} of ${initial}`
      if (available < 0 || reserved < 0 || sold < 0 || available + reserved + sold !== initial) {
        this.#report({ kind: 'oversold', subject: productId, message: `product ${productId}: ${figures}` })
      }
    }
  }

  async #lookAtLedger(): Promise<void> {
    for (const entry of await this.#stores.ledger.entries({ after: this.#position, limit: 1_000 })) {
      this.#position = entry.position
      if (entry.kind !== 'charge' || entry.charge.status !== 'approved') continue
      const { id, description, amountMinor } = entry.charge
      const earlier = this.#charges.get(description)
      this.#charges.set(description, id)
      if (earlier === undefined) continue
      const message = `${description}: the bank has charged ${amountMinor} as ${id}, and had as ${earlier}`
      this.#report({ kind: 'charged twice', subject: description.replace('Order ', ''), message })
    }
  }
}
