import assert from 'node:assert/strict'
import { constant, constantFrom, integer, oneof, record, type Arbitrary } from 'fast-check'
import { codeOf } from '@ashlar/kernel'
import { testId } from './product-fixture.test.support.ts'
import type { ProductStore } from './repository.ts'
import type { ReservationState } from './reservation.ts'

/** One step of a random history over two products, three reservations and three idempotency keys of a merchant. */
export type Operation =
  | { readonly kind: 'reserve'; readonly slot: number; readonly quantities: readonly number[]; readonly holdMs: number }
  | { readonly kind: 'release' | 'commit' | 'return'; readonly slot: number }
  | { readonly kind: 'adjust'; readonly key: number; readonly product: number; readonly delta: number }
  | { readonly kind: 'retire'; readonly product: number }
  | { readonly kind: 'restore'; readonly product: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'sweep' }

const slot = integer({ min: 0, max: 2 })
const either = integer({ min: 0, max: 1 })
export const operation: Arbitrary<Operation> = oneof(
  record({
    kind: constant('reserve' as const),
    slot,
    quantities: constantFrom([1, 0], [6, 0], [0, 4], [5, 5], [11, 1]),
    holdMs: integer({ min: 1, max: 50 }),
  }),
  record({ kind: constantFrom('release' as const, 'commit' as const, 'return' as const), slot }),
  record({ kind: constant('adjust' as const), key: slot, product: either, delta: constantFrom(3, -1, -6) }),
  record({ kind: constantFrom('retire' as const, 'restore' as const), product: either }),
  record({ kind: constant('wait' as const), ms: integer({ min: 1, max: 60 }) }),
  constant({ kind: 'sweep' as const }),
)

interface Level {
  initial: number
  available: number
  reserved: number
  sold: number
}

interface ModelReservation {
  state: ReservationState
  quantities: readonly number[]
  expiresAtMs: number
}

/**
 * What should happen, told differently from how the repositories do it: levels are never kept, but counted up from the
 * reservations and adjustments each time.
 */
class Model {
  readonly #slots: (ModelReservation | undefined)[] = [undefined, undefined, undefined]
  /** By key: what was asked, and what was answered. */
  readonly #adjustments = new Map<number, { product: number; delta: number; answer: string }>()
  readonly #retired = [false, false]
  nowMs = 1_767_225_600_000

  level(product: number): Level {
    const sum = (state: ReservationState): number =>
      this.#slots.reduce((total, it) => total + (it?.state === state ? (it.quantities[product] ?? 0) : 0), 0)
    const initial = 10 + this.adjusted(product)
    const [reserved, sold] = [sum('held'), sum('committed')]
    return { initial, available: initial - reserved - sold, reserved, sold }
  }

  /** What merchants have added to a product, less what they took out. */
  adjusted(product: number): number {
    const deltas = [...this.#adjustments.values()].map((it) => (it.product === product ? it.delta : 0))
    return deltas.reduce((total, delta) => total + delta, 0)
  }

  /** In how many orders that were not returned both are. */
  boughtTogether(): number {
    return this.#slots.filter((it) => it?.state === 'committed' && it.quantities.every((quantity) => quantity > 0))
      .length
  }

  /** Whether it can be bought now. */
  isBuyable(product: number): boolean {
    return this.#retired[product] === false && this.level(product).available > 0
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
    if (step.kind === 'adjust') return this.#adjust(step)
    if (step.kind === 'retire' || step.kind === 'restore') {
      this.#retired[step.product] = step.kind === 'retire'
      return step.kind
    }
    const it = this.#slots[step.slot]
    if (step.kind === 'reserve') return this.#reserve(step, it)
    if (step.kind === 'release') {
      if (it === undefined) this.#slots[step.slot] = { state: 'released', quantities: [], expiresAtMs: this.nowMs }
      else if (it.state === 'held' || it.state === 'expired') it.state = 'released'
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
    if (it?.state === 'released') return 'SHOP_RESERVATION_GONE'
    if (it !== undefined && it.state !== 'expired') {
      if (String(it.quantities) !== String(quantities)) return 'SHOP_IDEMPOTENCY_KEY_REUSED'
      if (it.state === 'held' && it.expiresAtMs <= this.nowMs) it.expiresAtMs = expiresAtMs
      return it.state
    }
    if (quantities.some((quantity, index) => quantity > 0 && this.#retired[index])) return 'SHOP_PRODUCT_RETIRED'
    if (quantities.some((quantity, index) => quantity > this.level(index).available)) return 'SHOP_OUT_OF_STOCK'
    this.#slots[wanted.slot] = { state: 'held', quantities, expiresAtMs }
    return 'held'
  }

  #adjust({ key, product: index, delta }: Operation & { kind: 'adjust' }): string {
    const earlier = this.#adjustments.get(key)
    if (earlier !== undefined) {
      const same = earlier.product === index && earlier.delta === delta
      return same ? earlier.answer : 'SHOP_IDEMPOTENCY_KEY_REUSED'
    }
    if (this.level(index).available + delta < 0) return 'SHOP_OUT_OF_STOCK'
    const adjustment = { product: index, delta, answer: '' }
    this.#adjustments.set(key, adjustment)
    adjustment.answer = levelText(this.level(index))
    return adjustment.answer
  }
}

function levelText({ initial, available, reserved, sold }: Level): string {
  return `${initial} = ${available} + ${reserved} + ${sold}`
}

/** Runs a history on the repository and on the model, and compares every answer and every level. */
export async function runModel(
  store: ProductStore,
  products: readonly [string, string],
  history: readonly Operation[],
): Promise<void> {
  const { stock } = store
  const model = new Model()
  const run: Run = { store, products, ids: [testId(), testId(), testId()], merchantId: testId() }
  try {
    for (const step of history) {
      const actual = await answer(run, model.nowMs, step)
      assert.equal(actual, model.apply(step), step.kind)
      const byId = new Map((await stock.levels(products)).map((found) => [found.productId, found]))
      for (const [index, productId] of products.entries()) {
        assert.deepEqual(byId.get(productId), { productId, ...model.level(index) })
      }
      await checkRecommended(store, products, model)
    }
  } finally {
    // Back on the shelf with everything, so that the next history starts from the same stock.
    for (const id of run.ids) {
      await stock.release(id, model.nowMs)
      await stock.returnSold(id, model.nowMs).catch(() => {})
    }
    for (const [index, productId] of products.entries()) {
      await setRetired(run, index, model.nowMs, 'restore')
      const delta = -model.adjusted(index)
      const undo = { merchantId: run.merchantId, idempotencyKey: `undo-${index}`, productId, delta }
      if (delta !== 0) await stock.adjust(undo)
    }
  }
}

async function checkRecommended(store: ProductStore, products: readonly [string, string], model: Model): Promise<void> {
  const orders = model.boughtTogether()
  for (const [minOrders, isFound] of [
    [orders, orders > 0 && model.isBuyable(1)],
    [orders + 1, false],
  ] as const) {
    const found = await store.recommendations.alsoBought(products[0], { minOrders: Math.max(1, minOrders), limit: 10 })
    assert.deepEqual(
      found.map(({ id }) => id),
      isFound ? [products[1]] : [],
    )
  }
}

interface Run {
  readonly store: ProductStore
  readonly products: readonly [string, string]
  readonly ids: readonly string[]
  readonly merchantId: string
}

const methods = { release: 'release', commit: 'commit', return: 'returnSold' } as const

/** The repository's answer in the model's words. */
async function answer(run: Run, nowMs: number, step: Operation): Promise<string | undefined> {
  try {
    return await perform(run, nowMs, step)
  } catch (error) {
    const refused = codeOf(error)
    if (refused === undefined) throw error
    return refused
  }
}

async function perform(run: Run, nowMs: number, step: Operation): Promise<string | undefined> {
  const { stock } = run.store
  if (step.kind === 'wait') return undefined
  if (step.kind === 'sweep') {
    await stock.sweep(nowMs, 1_000)
    return undefined
  }
  if (step.kind === 'retire' || step.kind === 'restore') {
    await setRetired(run, step.product, nowMs, step.kind)
    return step.kind
  }
  if (step.kind === 'adjust') {
    const productId = run.products[step.product] as string
    const command = { merchantId: run.merchantId, idempotencyKey: `key-${step.key}`, productId, delta: step.delta }
    return levelText(await stock.adjust(command))
  }
  const id = run.ids[step.slot] as string
  if (step.kind !== 'reserve') return stock[methods[step.kind]](id, nowMs)
  const lines = run.products.flatMap((productId, index) => {
    const quantity = step.quantities[index] ?? 0
    return quantity > 0 ? [{ productId, quantity }] : []
  })
  return (await stock.reserve({ id, lines, nowMs, expiresAtMs: nowMs + step.holdMs })).state
}

async function setRetired(run: Run, index: number, nowMs: number, kind: 'retire' | 'restore'): Promise<void> {
  const { products, merchant } = run.store
  const productId = run.products[index] as string
  const [product] = await products.find([productId])
  const expectedVersion = product?.version ?? 0
  await merchant.change({ merchantId: run.merchantId, productId, expectedVersion, change: { kind }, nowMs })
}
