import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { array, assert as assertProperty, asyncProperty } from 'fast-check'
import { hasCode } from '@ashlar/kernel'
import { OutOfStockError } from './errors.ts'
import { seedProduct, testCategories, testId } from './product-fixture.test.support.ts'
import type { ProductStore, StockRepository } from './repository.ts'
import type { ReserveCommand, StockLevel } from './reservation.ts'
import { operation, runModel } from './stock-model.test.support.ts'

const nowMs = 1_767_225_600_000
const holdMs = 120_000

function reservation(lines: Readonly<Record<string, number>>, change: Partial<ReserveCommand> = {}): ReserveCommand {
  return {
    id: testId(),
    lines: Object.entries(lines).map(([productId, quantity]) => ({ productId, quantity })),
    nowMs,
    expiresAtMs: nowMs + holdMs,
    ...change,
  }
}

const code = (wanted: string) => (error: unknown) => hasCode(error, wanted)

/** What every {@link StockRepository} promises. `open` gives one that is empty. */
export function stockContract(
  name: string,
  open: () => Promise<ProductStore>,
  options: { propertyRuns: number },
): void {
  // Each test takes products of its own from a shelf that is filled once.
  const shelf = Array.from({ length: 100 }, () => seedProduct({ name: 'Shelf Mug', initialStock: 10 }))
  const ids = shelf.map((product) => product.id)
  let store: ProductStore
  let stock: StockRepository
  before(async () => {
    store = await open()
    await store.products.seed(() => ({ categories: testCategories, products: shelf }))
    stock = store.stock
  })
  const take = (): string => ids.pop() as string
  const level = async (productId: string): Promise<readonly number[]> => {
    const [found] = await stock.levels([productId])
    return found === undefined ? [] : [found.available, found.reserved, found.sold]
  }

  reserveContract(name, () => stock, take, level)
  repeatContract(name, () => stock, take, level)
  sellContract(name, () => stock, take, level)
  undoContract(name, () => stock, take, level)
  sweepContract(name, () => stock, take, level)
  concurrencyContract(name, () => stock, take, level)
  forgetContract(name, () => stock, take)

  test(`${name}: any sequence of operations does what the model does`, async () => {
    const products = [take(), take()] as const
    const sequences = asyncProperty(array(operation, { maxLength: 30 }), (operations) =>
      runModel(store, products, operations),
    )
    await assertProperty(sequences, { numRuns: options.propertyRuns, seed: 20_260_101 })
  })
}

type Take = () => string
type LevelOf = (productId: string) => Promise<readonly number[]>

function reserveContract(name: string, stock: () => StockRepository, take: Take, level: LevelOf): void {
  test(`${name}: a reservation holds stock; the same again changes nothing`, async () => {
    const [a, b] = [take(), take()]
    const command = reservation({ [a]: 3, [b]: 10 })
    const held = await stock().reserve(command)
    assert.equal(held.state, 'held')
    assert.equal(held.expiresAtMs, nowMs + holdMs)
    const again = await stock().reserve({ ...command, lines: command.lines.toReversed(), expiresAtMs: nowMs + 999_999 })
    assert.deepEqual(again, held)
    assert.deepEqual(
      [await level(a), await level(b)],
      [
        [7, 3, 0],
        [0, 10, 0],
      ],
    )
  })

  test(`${name}: all lines or none; the refusal names every product that is short and what is left`, async () => {
    const [a, b, c] = [take(), take(), take()]
    await stock().reserve(reservation({ [b]: 8 }))
    const refused = await stock()
      .reserve(reservation({ [a]: 1, [b]: 5, [c]: 11 }))
      .catch((error: unknown) => error)
    assert.ok(refused instanceof OutOfStockError && hasCode(refused, 'SHOP_OUT_OF_STOCK'))
    const short = refused.shortages.map(({ productId, asked, available }) => [productId, asked, available])
    assert.deepEqual(
      new Set(short),
      new Set([
        [b, 5, 2],
        [c, 11, 10],
      ]),
    )
    assert.match(refused.message, /"Shelf Mug" \(2 left, 5 asked for\)/)
    assert.deepEqual(await level(a), [10, 0, 0])
  })

  test(`${name}: a refused reservation leaves its id free`, async () => {
    const a = take()
    const command = reservation({ [a]: 11 })
    await assert.rejects(stock().reserve(command), code('SHOP_OUT_OF_STOCK'))
    const fewer = { ...command, lines: [{ productId: a, quantity: 10 }] }
    assert.equal((await stock().reserve(fewer)).state, 'held')
  })

  test(`${name}: an unknown product is refused by id`, async () => {
    const [a, unknown] = [take(), testId()]
    await assert.rejects(
      stock().reserve(reservation({ [a]: 1, [unknown]: 1 })),
      (error) => hasCode(error, 'SHOP_PRODUCT_NOT_FOUND') && error.message.includes(unknown),
    )
    assert.deepEqual(await level(a), [10, 0, 0])
  })
}

function repeatContract(name: string, stock: () => StockRepository, take: Take, level: LevelOf): void {
  test(`${name}: an id that is in use for other lines is refused`, async () => {
    const a = take()
    const command = reservation({ [a]: 3 })
    await stock().reserve(command)
    const other = { ...command, lines: [{ productId: a, quantity: 4 }] }
    await assert.rejects(stock().reserve(other), code('SHOP_IDEMPOTENCY_KEY_REUSED'))
    assert.deepEqual(await level(a), [7, 3, 0])
  })

  test(`${name}: what has expired is taken anew, with other lines if need be`, async () => {
    const a = take()
    const command = reservation({ [a]: 3 })
    await stock().reserve(command)
    await stock().sweep(nowMs + holdMs, 100)
    const lines = [{ productId: a, quantity: 5 }]
    const held = await stock().reserve({ ...command, lines, nowMs: nowMs + holdMs, expiresAtMs: nowMs + 2 * holdMs })
    assert.equal(held.expiresAtMs, nowMs + 2 * holdMs)
    assert.deepEqual(await level(a), [5, 5, 0])
  })

  test(`${name}: what was released is never held again, not even by a reserve that the release has overtaken`, async () => {
    const a = take()
    const [held, expired, overtaken] = [1, 2, 3].map((quantity) => reservation({ [a]: quantity })) as [
      ReserveCommand,
      ReserveCommand,
      ReserveCommand,
    ]
    await stock().reserve(held)
    await stock().reserve({ ...expired, expiresAtMs: nowMs - 1 })
    await stock().sweep(nowMs, 100)
    for (const command of [held, expired, overtaken]) {
      assert.equal(await stock().release(command.id, nowMs), 'released')
      await assert.rejects(stock().reserve(command), code('SHOP_RESERVATION_GONE'))
      await assert.rejects(stock().commit(command.id, nowMs), code('SHOP_RESERVATION_GONE'))
    }
    assert.deepEqual(await level(a), [10, 0, 0])
  })

  test(`${name}: reserving again after the expiry, before the sweep, holds on for longer`, async () => {
    const a = take()
    const command = reservation({ [a]: 3 })
    await stock().reserve(command)
    const held = await stock().reserve({ ...command, nowMs: nowMs + holdMs, expiresAtMs: nowMs + 2 * holdMs })
    assert.equal(held.expiresAtMs, nowMs + 2 * holdMs)
    await stock().sweep(nowMs + holdMs, 1_000)
    assert.deepEqual(await level(a), [7, 3, 0])
  })
}

function sellContract(name: string, stock: () => StockRepository, take: Take, level: LevelOf): void {
  test(`${name}: a commit sells what is held, once`, async () => {
    const a = take()
    const command = reservation({ [a]: 3 })
    await stock().reserve(command)
    assert.equal(await stock().commit(command.id, nowMs), 'committed')
    assert.equal(await stock().commit(command.id, nowMs), 'committed')
    assert.equal((await stock().reserve(command)).state, 'committed')
    assert.equal(await stock().release(command.id, nowMs), 'committed', 'sold stock is not released')
    assert.deepEqual(await level(a), [7, 0, 3])
  })

  test(`${name}: a reservation that is past its expiry but not swept yet may still be committed`, async () => {
    const a = take()
    const command = reservation({ [a]: 3 })
    await stock().reserve(command)
    assert.equal(await stock().commit(command.id, nowMs + 10 * holdMs), 'committed')
    assert.deepEqual(await level(a), [7, 0, 3])
  })

  test(`${name}: nothing is sold that was released, expired, or never held`, async () => {
    const a = take()
    const [released, expired] = [reservation({ [a]: 1 }), reservation({ [a]: 2 })]
    await stock().reserve(released)
    await stock().release(released.id, nowMs)
    await stock().reserve(expired)
    await stock().sweep(nowMs + holdMs, 1_000)
    for (const id of [released.id, expired.id, testId()]) {
      await assert.rejects(stock().commit(id, nowMs), code('SHOP_RESERVATION_GONE'))
    }
    assert.deepEqual(await level(a), [10, 0, 0])
  })
}

function undoContract(name: string, stock: () => StockRepository, take: Take, level: LevelOf): void {
  test(`${name}: a release gives back, once; releasing what never was is fine`, async () => {
    const a = take()
    const command = reservation({ [a]: 3 })
    await stock().reserve(command)
    assert.equal(await stock().release(command.id, nowMs), 'released')
    assert.equal(await stock().release(command.id, nowMs), 'released')
    assert.equal(await stock().release(testId(), nowMs), 'released')
    assert.deepEqual(await level(a), [10, 0, 0])
  })

  test(`${name}: a return puts sold stock back, once, and only sold stock`, async () => {
    const a = take()
    const [sold, held] = [reservation({ [a]: 3 }), reservation({ [a]: 2 })]
    await stock().reserve(sold)
    await stock().commit(sold.id, nowMs)
    await stock().reserve(held)
    assert.equal(await stock().returnSold(sold.id, nowMs), 'returned')
    assert.equal(await stock().returnSold(sold.id, nowMs), 'returned')
    assert.equal(await stock().returnSold(held.id, nowMs), 'held')
    await assert.rejects(stock().returnSold(testId(), nowMs), code('SHOP_RESERVATION_GONE'))
    await assert.rejects(stock().commit(sold.id, nowMs), code('SHOP_RESERVATION_GONE'))
    assert.deepEqual(await level(a), [8, 2, 0])
  })

  test(`${name}: levels come by product id, each once, unknown ones left out`, async () => {
    const wanted = [take(), take()]
    const levels = await stock().levels([...wanted, ...wanted, testId()])
    assert.deepEqual(
      levels.map(({ productId }) => productId),
      wanted.toSorted(),
    )
    assert.deepEqual(levels[0], { productId: wanted.toSorted()[0], initial: 10, available: 10, reserved: 0, sold: 0 })
  })
}

function sweepContract(name: string, stock: () => StockRepository, take: Take, level: LevelOf): void {
  test(`${name}: a sweep gives back what expired, oldest first, no more than asked, and nothing else`, async () => {
    const [a, b] = [take(), take()]
    await stock().sweep(nowMs + 100 * holdMs, 1_000)
    const due = [3, 1, 2].map((later) => reservation({ [a]: later, [b]: 1 }, { expiresAtMs: nowMs + later }))
    for (const command of due) await stock().reserve(command)
    const kept = reservation({ [a]: 1 }, { expiresAtMs: nowMs + 5 })
    await stock().reserve(kept)
    assert.deepEqual(await stock().sweep(nowMs + 4, 1), [due[1]?.id])
    assert.deepEqual(new Set(await stock().sweep(nowMs + 4, 100)), new Set([due[0]?.id, due[2]?.id]))
    assert.deepEqual(await stock().sweep(nowMs + 4, 100), [])
    assert.deepEqual(
      [await level(a), await level(b)],
      [
        [9, 1, 0],
        [10, 0, 0],
      ],
    )
  })
}

function forgetContract(name: string, stock: () => StockRepository, take: Take): void {
  const dayMs = 86_400_000
  test(`${name}: reservations that ended long ago are forgotten, each kind in its time; what is held never is`, async () => {
    const longAgoMs = nowMs - 1_000 * dayMs
    const at = { nowMs: longAgoMs, expiresAtMs: nowMs + dayMs }
    const [held, released, sold, returned] = [1, 2, 3, 4].map(() => reservation({ [take()]: 1 }, at)) as [
      ReserveCommand,
      ReserveCommand,
      ReserveCommand,
      ReserveCommand,
    ]
    for (const command of [held, released, sold, returned]) await stock().reserve(command)
    await stock().release(released.id, longAgoMs)
    for (const { id } of [sold, returned]) await stock().commit(id, longAgoMs)
    await stock().returnSold(returned.id, longAgoMs + 1)

    const everything = { limit: 10 }
    assert.equal(await stock().forget('unsold', { beforeMs: longAgoMs, ...everything }), 0, 'not before that time')
    assert.equal(await stock().forget('unsold', { beforeMs: longAgoMs + dayMs, ...everything }), 1)
    assert.equal(await stock().returnSold(sold.id, longAgoMs), 'returned', 'what was sold is still known')
    assert.equal(await stock().forget('sold', { beforeMs: longAgoMs + dayMs, limit: 1 }), 1)
    assert.equal(await stock().forget('sold', { beforeMs: longAgoMs + dayMs, ...everything }), 1)
    assert.equal(await stock().forget('sold', { beforeMs: nowMs, ...everything }), 0)
    assert.equal(await stock().commit(held.id, nowMs), 'committed')
  })

  test(`${name}: a reservation that is forgotten is as one that never was`, async () => {
    const a = take()
    const command = reservation({ [a]: 2 }, { nowMs: nowMs - 1_000 * dayMs })
    await stock().reserve(command)
    await stock().release(command.id, command.nowMs)
    await stock().forget('unsold', { beforeMs: nowMs - dayMs, limit: 100 })
    await assert.rejects(stock().commit(command.id, nowMs), code('SHOP_RESERVATION_GONE'))
    assert.equal((await stock().reserve({ ...command, nowMs })).state, 'held')
  })
}

function concurrencyContract(name: string, stock: () => StockRepository, take: Take, level: LevelOf): void {
  test(`${name}: forty customers want the same ten pieces: ten get one each`, async () => {
    const a = take()
    const results = await Promise.allSettled(Array.from({ length: 40 }, () => stock().reserve(reservation({ [a]: 1 }))))
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 10)
    for (const result of results) {
      if (result.status === 'rejected') assert.ok(hasCode(result.reason, 'SHOP_OUT_OF_STOCK'), String(result.reason))
    }
    assert.deepEqual(await level(a), [0, 10, 0])
  })

  test(`${name}: one reservation that is asked for many times at once is taken once`, async () => {
    const a = take()
    const command = reservation({ [a]: 3 })
    const results = await Promise.all(Array.from({ length: 12 }, () => stock().reserve(command)))
    for (const result of results) assert.equal(result.state, 'held')
    assert.deepEqual(await level(a), [7, 3, 0])
  })

  test(`${name}: commit and release of one reservation at once: one of them wins, nothing is counted twice`, async () => {
    const commands = Array.from({ length: 10 }, () => reservation({ [take()]: 3 }))
    for (const command of commands) await stock().reserve(command)
    await Promise.allSettled(
      commands.flatMap(({ id }) => [stock().commit(id, nowMs), stock().release(id, nowMs), stock().commit(id, nowMs)]),
    )
    for (const { lines } of commands) {
      const end = await level(lines[0]?.productId as string)
      assert.ok(
        [
          [10, 0, 0],
          [7, 0, 3],
        ].some((wanted) => String(wanted) === String(end)),
        String(end),
      )
    }
  })

  test(`${name}: orders that cross each other neither deadlock nor lose a piece`, async () => {
    const products = [take(), take(), take()]
    const cross = async (customer: number): Promise<void> => {
      const order = customer % 2 === 0 ? products : products.toReversed()
      const command = reservation(Object.fromEntries(order.map((id) => [id, 1])))
      await stock().reserve(command)
      if (customer % 3 === 0) await stock().commit(command.id, nowMs)
      else if (customer % 3 === 1) await stock().release(command.id, nowMs)
      else await stock().sweep(nowMs + holdMs, 3)
    }
    const results = await Promise.allSettled(Array.from({ length: 24 }, (_, customer) => cross(customer)))
    for (const result of results) {
      if (result.status === 'rejected') {
        // Out of stock while others hold it, or swept by another before the commit: both are answers, not accidents.
        assert.ok(['SHOP_OUT_OF_STOCK', 'SHOP_RESERVATION_GONE'].some((wanted) => hasCode(result.reason, wanted)))
      }
    }
    for (const found of await stock().levels(products)) assertConserved(found)
  })
}

function assertConserved({ initial, available, reserved, sold }: StockLevel): void {
  assert.ok(available >= 0 && reserved >= 0 && sold >= 0)
  assert.equal(available + reserved + sold, initial)
}
