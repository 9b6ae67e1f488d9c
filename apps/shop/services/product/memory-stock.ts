import { outOfStock, productNotFound, type Shortage } from './errors.ts'
import type { StockRepository } from './repository.ts'
import {
  decideCommit,
  decideRelease,
  decideReserve,
  decideReturn,
  movements,
  type Decision,
  type Reservation,
  type StockLevel,
  type StockLine,
} from './reservation.ts'

type Level = { -readonly [Field in keyof StockLevel]: StockLevel[Field] } & { readonly name: string }

/** Stock in maps of this process. Nothing awaits between reading and writing, so calls cannot interleave. */
export class MemoryStock implements StockRepository {
  readonly #levels = new Map<string, Level>()
  readonly #reservations = new Map<string, Reservation>()

  addProduct(product: { id: string; name: string; initial: number }): void {
    const { id, name, initial } = product
    this.#levels.set(id, { productId: id, name, initial, available: initial, reserved: 0, sold: 0 })
  }

  available(productId: string): number {
    return this.#levels.get(productId)?.available ?? 0
  }

  async reserve(...[command]: Parameters<StockRepository['reserve']>): Promise<Reservation> {
    const decision = decideReserve(this.#reservations.get(command.id), command)
    if (decision.move === 'hold') this.#checkStock(decision.next.lines)
    return this.#apply(decision)
  }

  async release(id: string): Promise<Reservation['state']> {
    const current = this.#reservations.get(id)
    return current === undefined ? 'released' : this.#apply(decideRelease(current)).state
  }

  async commit(id: string): Promise<Reservation['state']> {
    return this.#apply(decideCommit(id, this.#reservations.get(id))).state
  }

  async returnSold(id: string): Promise<Reservation['state']> {
    return this.#apply(decideReturn(id, this.#reservations.get(id))).state
  }

  async sweep(nowMs: number, limit: number): Promise<readonly string[]> {
    const due = [...this.#reservations.values()]
      .filter(({ state, expiresAtMs }) => state === 'held' && expiresAtMs <= nowMs)
      .sort((a, b) => a.expiresAtMs - b.expiresAtMs)
      .slice(0, limit)
    for (const reservation of due) this.#apply({ next: { ...reservation, state: 'expired' }, move: 'unhold' })
    return due.map(({ id }) => id)
  }

  async levels(productIds: readonly string[] | 'all'): Promise<readonly StockLevel[]> {
    const wanted = productIds === 'all' ? [...this.#levels.keys()] : [...new Set(productIds)]
    return wanted
      .sort()
      .flatMap((id) => this.#levels.get(id) ?? [])
      .map(({ productId, initial, available, reserved, sold }) => ({ productId, initial, available, reserved, sold }))
  }

  #checkStock(lines: readonly StockLine[]): void {
    const unknown = lines.filter(({ productId }) => !this.#levels.has(productId))
    if (unknown.length > 0) throw productNotFound(unknown.map(({ productId }) => productId))
    const shortages = lines.flatMap(({ productId, quantity }): Shortage[] => {
      const { name, available } = this.#level(productId)
      return available < quantity ? [{ productId, name, asked: quantity, available }] : []
    })
    if (shortages.length > 0) throw outOfStock(shortages)
  }

  #apply({ next, move }: Decision): Reservation {
    this.#reservations.set(next.id, next)
    if (move !== undefined) {
      const change = movements[move]
      for (const { productId, quantity } of next.lines) {
        const level = this.#level(productId)
        level.available += change.available * quantity
        level.reserved += change.reserved * quantity
        level.sold += change.sold * quantity
      }
    }
    return next
  }

  #level(productId: string): Level {
    const level = this.#levels.get(productId)
    if (level === undefined) throw productNotFound([productId])
    return level
  }
}
