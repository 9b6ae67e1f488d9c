import type { Dedupe } from '@ashlar/sql/dedupe'
import { memoryTransaction, type MemoryTransaction } from '@ashlar/sql/memory'
import { coPurchaseOf } from './co-purchase.ts'
import { outOfStock, productNotFound, productRetired, type Shortage } from './errors.ts'
import type { MemoryCatalogue } from './memory-catalogue.ts'
import type { MemoryCoPurchases } from './memory-co-purchases.ts'
import { oncePerKey } from './merchant-key.ts'
import type { StockRepository } from './repository.ts'
import {
  decideAdjust,
  decideCommit,
  decideRelease,
  decideReserve,
  decideReturn,
  endings,
  movements,
  type AdjustCommand,
  type Decision,
  type Ending,
  type Reservation,
  type ReservationState,
  type StockLevel,
  type StockLine,
} from './reservation.ts'

type Level = { -readonly [Field in keyof StockLevel]: StockLevel[Field] }

/** Stock in maps of this process. Nothing awaits between reading and writing, so calls cannot interleave. */
export class MemoryStock implements StockRepository {
  readonly #levels = new Map<string, Level>()
  readonly #reservations = new Map<string, Reservation & { readonly changedAtMs: number }>()
  readonly #catalogue: MemoryCatalogue
  readonly #dedupe: Dedupe<MemoryTransaction>
  readonly #coPurchases: MemoryCoPurchases

  constructor(catalogue: MemoryCatalogue, dedupe: Dedupe<MemoryTransaction>, coPurchases: MemoryCoPurchases) {
    this.#catalogue = catalogue
    this.#dedupe = dedupe
    this.#coPurchases = coPurchases
  }

  addProduct(productId: string, initial: number): void {
    this.#levels.set(productId, { productId, initial, available: initial, reserved: 0, sold: 0 })
  }

  available(productId: string): number {
    return this.#levels.get(productId)?.available ?? 0
  }

  sold(productId: string): number {
    return this.#levels.get(productId)?.sold ?? 0
  }

  async reserve(...[command]: Parameters<StockRepository['reserve']>): Promise<Reservation> {
    const decision = decideReserve(this.#reservation(command.id), command)
    if (decision.move === 'hold') this.#checkStock(decision.next.lines)
    return this.#apply(decision, command.nowMs)
  }

  async release(id: string, nowMs: number): Promise<Reservation['state']> {
    return this.#apply(decideRelease(id, this.#reservation(id), nowMs), nowMs).state
  }

  async commit(id: string, nowMs: number): Promise<Reservation['state']> {
    return this.#apply(decideCommit(id, this.#reservation(id)), nowMs).state
  }

  async returnSold(id: string, nowMs: number): Promise<Reservation['state']> {
    return this.#apply(decideReturn(id, this.#reservation(id)), nowMs).state
  }

  async sweep(nowMs: number, limit: number): Promise<readonly string[]> {
    const due = [...this.#reservations.values()]
      .filter(({ state, expiresAtMs }) => state === 'held' && expiresAtMs <= nowMs)
      .sort((a, b) => a.expiresAtMs - b.expiresAtMs)
      .slice(0, limit)
    for (const reservation of due) this.#apply({ next: { ...reservation, state: 'expired' }, move: 'unhold' }, nowMs)
    return due.map(({ id }) => id)
  }

  async adjust(command: AdjustCommand): Promise<StockLevel> {
    const { productId, delta } = command
    return memoryTransaction((tx) =>
      oncePerKey(this.#dedupe, tx, command, { adjust: productId, delta }, async () => {
        const next = decideAdjust({ ...this.#level(productId), name: this.#nameOf(productId) }, delta)
        this.#levels.set(productId, next)
        return next
      }),
    )
  }

  async forget(ending: Ending, { beforeMs, limit }: { beforeMs: number; limit: number }): Promise<number> {
    const states: readonly ReservationState[] = endings[ending]
    const old = [...this.#reservations.values()]
      .filter(({ state, changedAtMs }) => states.includes(state) && changedAtMs < beforeMs)
      .slice(0, limit)
    for (const { id } of old) this.#reservations.delete(id)
    return old.length
  }

  async levels(productIds: readonly string[] | 'all'): Promise<readonly StockLevel[]> {
    const wanted = productIds === 'all' ? [...this.#levels.keys()] : [...new Set(productIds)]
    return wanted
      .sort()
      .flatMap((id) => this.#levels.get(id) ?? [])
      .map((level) => structuredClone(level))
  }

  #checkStock(lines: readonly StockLine[]): void {
    const unknown = lines.filter(({ productId }) => !this.#levels.has(productId))
    if (unknown.length > 0) throw productNotFound(unknown.map(({ productId }) => productId))
    const retired = lines.filter(({ productId }) => this.#catalogue.products.get(productId)?.retired)
    if (retired.length > 0) throw productRetired(retired.map(({ productId }) => this.#nameOf(productId)))
    const shortages = lines.flatMap(({ productId, quantity }): Shortage[] => {
      const { available } = this.#level(productId)
      return available < quantity ? [{ productId, name: this.#nameOf(productId), asked: quantity, available }] : []
    })
    if (shortages.length > 0) throw outOfStock(shortages)
  }

  #reservation(id: string): Reservation | undefined {
    const kept = this.#reservations.get(id)
    if (kept === undefined) return undefined
    const { changedAtMs: _changedAtMs, ...reservation } = kept
    return reservation
  }

  #nameOf(productId: string): string {
    return this.#catalogue.products.get(productId)?.name ?? productId
  }

  #apply({ next, move }: Decision, nowMs: number): Reservation {
    this.#reservations.set(next.id, { ...next, changedAtMs: nowMs })
    if (move !== undefined) {
      const change = movements[move]
      for (const { productId, quantity } of next.lines) {
        const level = this.#level(productId)
        level.available += change.available * quantity
        level.reserved += change.reserved * quantity
        level.sold += change.sold * quantity
      }
    }
    const coPurchase = coPurchaseOf(next.lines, move)
    if (coPurchase !== undefined) this.#coPurchases.count(coPurchase)
    return next
  }

  #level(productId: string): Level {
    const level = this.#levels.get(productId)
    if (level === undefined) throw productNotFound([productId])
    return level
  }
}
