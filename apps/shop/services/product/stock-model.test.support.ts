import assert from 'node:assert/strict'
import { constant, constantFrom, integer, oneof, record, type Arbitrary } from 'fast-check'
import { codeOf } from '@ashlar/kernel'
import { testId } from './product-fixture.test.support.ts'
import type { StockRepository } from './repository.ts'
import type { ReservationState } from './reservation.ts'

/** One step of a random history over two products and three reservations. */
export type Operation =
  | { readonly kind: 'reserve'; readonly slot: number; readonly quantities: readonly number[]; readonly holdMs: number }
  | { readonly kind: 'release' | 'commit' | 'return'; readonly slot: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'sweep' }

const slot = integer({ min: 0, max: 2 })
export const operation: Arbitrary<Operation> = oneof(
  record({
    kind: constant('reserve' as const),
    slot,
    quantities: constantFrom([1, 0], [6, 0], [0, 4], [5, 5], [11, 1]),
    holdMs: integer({ min: 1, max: 50 }),
  }),
  record({ kind: constantFrom('release' as const, 'commit' as const, 'return' as const), slot }),
  record({ kind: constant('wait' as const), ms: integer({ min: 1, max: 60 }) }),
  constant({ kind: 'sweep' as const }),
)

interface ModelReservation {
  state: ReservationState
  quantities: readonly number[]
  expiresAtMs: number
}

/**
 * What should happen, told differently from how the repositories do it: levels are never kept, but counted up from the
 * reservations each time.
 */
class Model {
  readonly #slots: (ModelReservation | undefined)[] = [undefined, undefined, undefined]
  nowMs = 1_767_225_600_000

  level(product: number): { available: number; reserved: number; sold: number } {
    const sum = (state: ReservationState): number =>
      this.#slots.reduce((total, it) => total + (it?.state === state ? (it.quantities[product] ?? 0) : 0), 0)
    return { available: 10 - sum('held') - sum('committed'), reserved: sum('held'), sold: sum('committed') }
  }

  /** The state that is answered, or the code of the refusal. */
  apply(step: Operation): string | undefined {
    if (step.kind === 'wait') {
      this.nowMs += step.ms
      return undefined
    }
    if (step.kind === 'sweep') {
      for (const it of this.#slots) {
        if (it?.state === 'held' && it.expiresAtMs <= this.nowMs) it.state = 'expired'
      }
      return undefined
    }
    const it = this.#slots[step.slot]
    if (step.kind === 'reserve') return this.#reserve(step, it)
    if (step.kind === 'release') {
      if (it?.state === 'held') it.state = 'released'
      return it?.state ?? 'released'
    }
    if (step.kind === 'commit') {
      if (it?.state === 'held') it.state = 'committed'
      return it?.state === 'committed' ? 'committed' : 'SHOP_RESERVATION_GONE'
    }
    if (it?.state === 'committed') it.state = 'returned'
    return it?.state ?? 'SHOP_RESERVATION_GONE'
  }

  #reserve(wanted: Operation & { kind: 'reserve' }, it: ModelReservation | undefined): string {
    const { quantities } = wanted
    const expiresAtMs = this.nowMs + wanted.holdMs
    if (it !== undefined && it.state !== 'released' && it.state !== 'expired') {
      if (String(it.quantities) !== String(quantities)) return 'SHOP_IDEMPOTENCY_KEY_REUSED'
      if (it.state === 'held' && it.expiresAtMs <= this.nowMs) it.expiresAtMs = expiresAtMs
      return it.state
    }
    if (quantities.some((quantity, product) => quantity > this.level(product).available)) return 'SHOP_OUT_OF_STOCK'
    this.#slots[wanted.slot] = { state: 'held', quantities, expiresAtMs }
    return 'held'
  }
}

/** Runs a history on the repository and on the model, and compares every answer and every level. */
export async function runModel(
  stock: StockRepository,
  products: readonly [string, string],
  history: readonly Operation[],
): Promise<void> {
  const model = new Model()
  const ids = [testId(), testId(), testId()]
  try {
    for (const step of history) {
      const actual = await answer(stock, products, ids, model.nowMs, step)
      assert.equal(actual, model.apply(step), step.kind)
      const byId = new Map((await stock.levels(products)).map((found) => [found.productId, found]))
      for (const [index, productId] of products.entries()) {
        assert.deepEqual(byId.get(productId), { productId, initial: 10, ...model.level(index) })
      }
    }
  } finally {
    // Back on the shelf with everything, so that the next history starts from the same stock.
    for (const id of ids) {
      await stock.release(id, model.nowMs)
      await stock.returnSold(id, model.nowMs).catch(() => {})
    }
  }
}

const methods = { release: 'release', commit: 'commit', return: 'returnSold' } as const

async function answer(
  stock: StockRepository,
  products: readonly string[],
  ids: readonly string[],
  nowMs: number,
  step: Operation,
): Promise<string | undefined> {
  if (step.kind === 'wait') return undefined
  if (step.kind === 'sweep') {
    await stock.sweep(nowMs, 1_000)
    return undefined
  }
  const id = ids[step.slot] as string
  try {
    if (step.kind !== 'reserve') return await stock[methods[step.kind]](id, nowMs)
    const lines = products.flatMap((productId, index) => {
      const quantity = step.quantities[index] ?? 0
      return quantity > 0 ? [{ productId, quantity }] : []
    })
    return (await stock.reserve({ id, lines, nowMs, expiresAtMs: nowMs + step.holdMs })).state
  } catch (error) {
    const refused = codeOf(error)
    if (refused === undefined) throw error
    return refused
  }
}
