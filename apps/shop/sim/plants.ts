import type { Clock } from '@ashlar/kernel'
import type { Bank } from '../services/payment/bank.ts'
import { outOfStock } from '../services/product/errors.ts'
import type { StockRepository } from '../services/product/repository.ts'

/** A mistake that somebody might make, put between a service and one of its ports. */
export interface Plant {
  /** Empty for none. */
  readonly name: string
  readonly bank: (bank: Bank) => Bank
  readonly stock: (stock: StockRepository, clock: Clock) => StockRepository
  /** How many more pieces of everything are in the stock's books than the shop has: what a wrong `stock` may give away. */
  readonly spareStock: number
}

/** The shop as it is. */
export const noPlant: Plant = { name: '', bank: (bank) => bank, stock: (stock) => stock, spareStock: 0 }

const spareStock = 1_000

/** Mistakes that the simulation must find. */
export const plants: Readonly<Record<string, Plant>> = {
  /** Every request to the bank has a key of its own, so that one whose answer was lost is charged again. */
  'double-charge': {
    ...noPlant,
    name: 'double-charge',
    bank(bank) {
      let requests = 0
      return instead(bank, { charge: (key, charge) => bank.charge(`${key}-${++requests}`, charge) })
    },
  },
  /** Reserves by a count of the shelf that may be a second old. */
  oversell: { ...noPlant, name: 'oversell', stock: trustingOldCount, spareStock },
  /** Says that the money was given back, and does nothing. */
  'lost-refund': { ...noPlant, name: 'lost-refund', bank: (bank) => instead(bank, { refund: async () => {} }) },
}

/** @param stock has {@link spareStock} of everything, which nothing shows. */
function trustingOldCount(stock: StockRepository, clock: Clock): StockRepository {
  const levels: StockRepository['levels'] = async (ids) =>
    (await stock.levels(ids)).map(({ productId, initial, available, reserved, sold }) => {
      return { productId, initial: initial - spareStock, available: available - spareStock, reserved, sold }
    })
  const known = new Set<string>()
  let counted = { atMs: -Infinity, available: new Map<string, number>() }
  return instead(stock, {
    levels,
    async reserve(command) {
      if (known.has(command.id)) return stock.reserve(command)
      if (clock.now() - counted.atMs > 1_000) {
        const available = new Map((await levels('all')).map((level) => [level.productId, level.available]))
        counted = { atMs: clock.now(), available }
      }
      for (const { productId, quantity } of command.lines) {
        const available = counted.available.get(productId) ?? 0
        if (available < quantity) throw shortOf(productId, quantity, available)
      }
      known.add(command.id)
      return stock.reserve(command)
    },
    // The spare pieces are on nobody's shelf, and cannot be taken out of one.
    async adjust(command) {
      if (command.delta < 0) throw shortOf(command.productId, -command.delta, 0)
      return stock.adjust(command)
    },
  })
}

function shortOf(productId: string, asked: number, available: number): Error {
  return outOfStock([{ productId, name: productId, asked, available }])
}

/** The port with some of its methods replaced. */
function instead<T extends object>(port: T, methods: Partial<T>): T {
  return new Proxy(port, {
    get(target, key) {
      const replaced: unknown = Reflect.get(methods, key)
      const member: unknown = replaced ?? Reflect.get(target, key, target)
      return typeof member === 'function' && replaced === undefined ? member.bind(target) : member
    },
  })
}
