import { uuidGenerator, type Clock } from '@ashlar/kernel'
import { seedProduct, testCategories } from '../services/product/product-fixture.test.support.ts'
import type { Catalogue } from '../services/product/product.ts'
import { money } from '../services/shared/money.ts'
import type { Chance } from './chance.ts'

/** So few pieces of so few products that customers are in each other's way, and some come too late. */
export function smallCatalogue(chance: Chance, clock: Clock): Catalogue {
  const newId = uuidGenerator({ clock, random: chance.random })
  const products = ['Mug', 'Teapot', 'Lamp', 'Chair', 'Kettle', 'Rug'].map((name, index) =>
    seedProduct({
      id: newId(),
      sku: `SIM-${index}`,
      name,
      price: money(chance.integer(100, 20_000), 'EUR'),
      // Of every third one there is not nearly enough.
      initialStock: index % 3 === 0 ? chance.integer(4, 14) : chance.integer(30, 60),
    }),
  )
  return { categories: [...testCategories], products }
}
