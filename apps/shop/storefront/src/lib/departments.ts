import type { Category } from '../api/types.ts'

interface Department {
  readonly name: string
  readonly slugs: readonly string[]
}

const departments: readonly Department[] = [
  { name: 'Table', slugs: ['mugs', 'plates', 'bowls', 'glassware', 'teapots'] },
  {
    name: 'Kitchen',
    slugs: ['pans', 'knives', 'cutting-boards', 'kettles', 'coffee-makers', 'storage-jars', 'kitchen-textiles'],
  },
  { name: 'Lighting', slugs: ['desk-lamps', 'floor-lamps', 'pendant-lights', 'candles'] },
  { name: 'Furniture', slugs: ['chairs', 'stools', 'tables', 'shelves', 'sofas'] },
  { name: 'Textiles', slugs: ['rugs', 'cushions', 'blankets', 'bed-linen', 'towels'] },
  { name: 'Home', slugs: ['vases', 'mirrors', 'clocks', 'baskets', 'plant-pots', 'watering-cans'] },
  { name: 'Desk and workshop', slugs: ['notebooks', 'pens', 'backpacks', 'tool-boxes'] },
]

/** Sorts the catalogue's categories into departments; what no department claims is never lost but stands last. */
export function byDepartment(categories: readonly Category[]): { name: string; categories: Category[] }[] {
  const rest = new Map(categories.map((category) => [category.slug, category]))
  const groups = departments.map(({ name, slugs }) => ({
    name,
    categories: slugs.flatMap((slug) => {
      const category = rest.get(slug)
      rest.delete(slug)
      return category ?? []
    }),
  }))
  return [...groups, { name: 'More', categories: [...rest.values()] }].filter((group) => group.categories.length > 0)
}

/** Shown on the front page, with the colour each is pictured in. */
export const curated: readonly { slug: string; colour: string }[] = [
  { slug: 'mugs', colour: '#b4532f' },
  { slug: 'desk-lamps', colour: '#2f5d50' },
  { slug: 'chairs', colour: '#c08a2e' },
  { slug: 'teapots', colour: '#3c5f7d' },
  { slug: 'blankets', colour: '#8a4a52' },
  { slug: 'plant-pots', colour: '#b8683f' },
  { slug: 'knives', colour: '#6b4730' },
  { slug: 'vases', colour: '#6f7f9e' },
  { slug: 'rugs', colour: '#7d3b34' },
  { slug: 'pans', colour: '#33553f' },
  { slug: 'clocks', colour: '#4b5a6b' },
  { slug: 'backpacks', colour: '#a6773a' },
]

/** A steady colour for a category's own picture. */
export function categoryColour(slug: string): string {
  const known = curated.find((entry) => entry.slug === slug)
  if (known !== undefined) return known.colour
  let sum = 0
  for (const character of slug) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973
  return curated[sum % curated.length]?.colour ?? '#8a8378'
}
