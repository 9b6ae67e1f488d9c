import { VirtualClock } from '@ashlar/kernel/testing'
import { Chance } from './chance.ts'
import { checkEnd } from './end-checks.ts'
import { RunHistory } from './history.ts'
import { openCustomers, openMerchant } from './people.ts'
import { noPlant, type Plant } from './plants.ts'
import { Sightings } from './sightings.ts'
import { openSimulatedShop } from './simulated-shop.ts'
import { smallCatalogue } from './small-catalogue.ts'
import type { Violation } from './violation.ts'
import { Watch } from './watch.ts'

export interface RunOptions {
  readonly seed: number
  /** How many purchases are tried. */
  readonly orders: number
  /** @default the shop as it is */
  readonly plant?: Plant
}

export interface Run {
  readonly seed: number
  readonly orders: number
  readonly plant: Plant
  readonly history: RunHistory
  /** What must not be; empty when the shop kept every promise. The run ends at the first. */
  readonly violations: readonly Violation[]
  /** How many orders ended how. */
  readonly ends: Readonly<Record<string, number>>
}

/** How long people go on while things go wrong, and after; how long everything that expires takes to do so. */
const [troubledMs, settlingMs, expiringMs] = [600_000, 300_000, 50_000]

/**
 * Runs the whole shop once: people buy and sell while the network, the processes, the databases and the bank fail as the
 * seed says; then all is well again, and everything that was begun comes to its end.
 */
export async function simulate({ seed, orders, plant = noPlant }: RunOptions): Promise<Run> {
  const clock = new VirtualClock()
  const history = new RunHistory(clock)
  const violations: Violation[] = []
  const report = (violation: Violation): void => {
    history.add('violation', violation.kind, violation.message)
    violations.push(violation)
  }
  const catalogue = smallCatalogue(new Chance(seed, 'catalogue'), clock)
  const shop = await openSimulatedShop({
    seed,
    clock,
    history,
    catalogue,
    plant,
    onStored: (statement) => watch.stored(statement),
  })
  const watch = new Watch(shop.stores, report)
  const sightings = new Sightings()
  const productIds = catalogue.products.map(({ id }) => id)
  const people = { seed, clock, history, shop, productIds, sightings, orders }
  const shoppers = openCustomers(people)
  const merchant = openMerchant(people)
  /** Lets time pass until all is done, or too much time has passed, or something is wrong. */
  const pass = async (works: readonly Promise<unknown>[], limitMs: number): Promise<void> => {
    const { areDone } = allOf(works)
    const endMs = clock.now() + limitMs
    while (!areDone() && clock.now() < endMs && violations.length === 0) await clock.advance(100)
  }

  const buying = allOf(
    shoppers.map(async ({ customer, purchases }) => {
      for (const purchase of purchases) await customer.buy(purchase)
    }),
  )
  void shop.chaos.rage()
  await pass([buying.all, merchant.work(buying.areDone)], troubledMs)
  shop.chaos.end()
  const listed = new Map<string, readonly string[]>()
  const settling = allOf(
    shoppers.map(async ({ userId, customer, purchases }) => {
      for (const purchase of purchases) await customer.settle(purchase)
      listed.set(userId, await customer.list())
    }),
  )
  await pass([settling.all, merchant.settle(settling.areDone)], settlingMs)
  let ends: Run['ends'] = {}
  if (violations.length === 0) {
    await clock.advance(expiringMs)
    const pieces = new Map(
      catalogue.products.map(({ id, initialStock }) => [id, initialStock + (merchant.adjusted.get(id) ?? 0)]),
    )
    const userIds = shoppers.map(({ userId }) => userId)
    const end = await checkEnd({ stores: shop.stores, userIds, listed, sightings, pieces })
    for (const violation of end.violations) report(violation)
    ends = end.ends
  }
  shop.close()
  return { seed, orders, plant, history, violations, ends }
}

function allOf(works: readonly Promise<unknown>[]): {
  readonly all: Promise<unknown>
  readonly areDone: () => boolean
} {
  const state = { areDone: false }
  const all = Promise.all(works).then(() => (state.areDone = true))
  return { all, areDone: () => state.areDone }
}
