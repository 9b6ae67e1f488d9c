import { uuidGenerator } from '@ashlar/kernel'
import { VirtualClock, seededRandom } from '@ashlar/kernel/testing'
import { money } from '../shared/money.ts'
import type { Catalogue, Product } from './product.ts'

export type SeedProduct = Catalogue['products'][number]

/** Ids for tests: the same in every run. */
export const testId: () => string = uuidGenerator({ clock: new VirtualClock(), random: seededRandom(11) })

/** A product that says nothing remarkable except what a test gives it. */
export function seedProduct(change: Partial<Product> & { initialStock?: number } = {}): SeedProduct {
  const id = testId()
  return {
    id,
    sku: id.slice(-12).toUpperCase(),
    name: 'Thing',
    brand: 'Nobody',
    categorySlug: 'mugs',
    description: 'It is what it is.',
    price: money(1_990, 'EUR'),
    attributes: [{ name: 'Material', value: 'matter' }],
    ratingTenths: 40,
    ratingCount: 10,
    colour: '#aabbcc',
    createdAtMs: 1_750_000_000_000,
    initialStock: 10,
    ...change,
  }
}

export const testCategories = [
  { slug: 'mugs', name: 'Mugs' },
  { slug: 'teapots', name: 'Teapots' },
  { slug: 'desk-lamps', name: 'Desk lamps' },
] as const
