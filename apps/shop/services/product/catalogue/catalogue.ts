import { money } from '../../shared/money.ts'
import type { Attribute, Catalogue, Product } from '../product.ts'
import type { CategorySpec } from './category-spec.ts'
import { choicesFor, uuidFromName, type Choices } from './choices.ts'
import { colours, type ColourName } from './colours.ts'
import { everyday } from './everyday.ts'
import { furniture } from './furniture.ts'
import { kitchenTable } from './kitchen-table.ts'
import { kitchenTools } from './kitchen-tools.ts'
import { lightAndDecor } from './light-and-decor.ts'
import { materials, type MaterialName } from './materials.ts'
import { brands, models } from './names.ts'
import { textiles } from './textiles.ts'

const specs: readonly CategorySpec[] = [
  ...kitchenTable,
  ...kitchenTools,
  ...lightAndDecor,
  ...furniture,
  ...textiles,
  ...everyday,
]
const productsPerCategory = 32

// 2026-01-01, and the two years before it: the shop did not open with everything it has.
const newestMs = 1_767_225_600_000
const spanMs = 730 * 86_400_000

type SeedProduct = Catalogue['products'][number]

/** The shop's stock on its first day: 36 categories of 32 products, the same on every machine. */
export function openingCatalogue(): Catalogue {
  return {
    categories: specs.map(({ slug, name }) => ({ slug, name })),
    products: specs.flatMap((spec) => {
      const told = new Set<string>()
      return Array.from({ length: productsPerCategory }, (_, index) => productOf(spec, index, told))
    }),
  }
}

/** @param told the descriptions that are taken. */
function productOf(spec: CategorySpec, index: number, told: Set<string>): SeedProduct {
  const choices = choicesFor(`${spec.slug}/${index}`)
  const kind = spec.kinds[index % spec.kinds.length] as string
  const material = choices.pick(spec.materials)
  const colour = choices.pick(spec.colours)
  const sizes = spec.size[1]
  const size = choices.pick(spec.fits?.[kind] ?? sizes)
  return {
    id: uuidFromName(`product/${spec.slug}/${index}`),
    sku: `${spec.slug.replaceAll('-', '').slice(0, 4).toUpperCase()}-${skuNumber(index, choices)}`,
    name: nameOf(spec, index, { kind, material, size }, choices),
    brand: choices.pick(brands),
    categorySlug: spec.slug,
    description: describe(spec, index, { kind, material, colour, size }, choices, told),
    price: money(priceMinor(spec.euros, sizes.indexOf(size) / (sizes.length - 1), choices), 'EUR'),
    attributes: attributesOf(spec, { material, colour, size }, choices),
    ...ratingOf(choices),
    colour: colours[colour],
    createdAtMs: newestMs - choices.below(spanMs / 60_000) * 60_000,
    initialStock: stockOf(choices),
  }
}

/** Unique: the first digits count within a category, and no two categories share their four letters. */
function skuNumber(index: number, choices: Choices): string {
  return `${String(index + 1).padStart(2, '0')}${choices.below(90) + 10}`
}

interface Looks {
  readonly kind: string
  readonly material: MaterialName
  readonly colour: ColourName
  readonly size: string
}

function nameOf(
  spec: CategorySpec,
  index: number,
  { kind, material, size }: Omit<Looks, 'colour'>,
  choices: Choices,
): string {
  const start = choicesFor(spec.slug).below(models.length)
  const model = models[(start + index) % models.length] as string
  const { adjective } = materials[material]
  // "Alder Enamel Enamel Mug", or "Wool Wool Blanket", is what must not come out.
  const saysMaterial = kind.toLowerCase().includes(adjective.toLowerCase())
  const long = saysMaterial || choices.below(3) === 0 ? titleCase(kind) : `${adjective} ${titleCase(kind)}`
  return choices.below(4) === 0 ? `${model} ${long}, ${size}` : `${model} ${long}`
}

function titleCase(kind: string): string {
  return kind.replace(/(^|[ -])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase())
}

function describe(
  spec: CategorySpec,
  index: number,
  { kind, material, colour, size }: Looks,
  choices: Choices,
  told: Set<string>,
): string {
  const { about, use } = spec
  const { notes } = materials[material]
  for (let attempt = 0; ; attempt++) {
    // Steps through the sentences, so that neighbours on the shelf do not begin alike.
    const first = about[index % about.length] as string
    const last = use[(index + Math.floor(index / about.length) + attempt) % use.length] as string
    const note = choices.pick<string>(notes)
    const text = choices
      .pick([
        [first, note, last],
        [first, note],
        [note, first, last],
        [first, last],
      ])
      .join(' ')
      .replaceAll('{kind}', kind)
      .replaceAll('{size}', size)
      .replaceAll('{colour}', colour)
      .replace(/\bA (?=[aeio])/g, 'An ')
    if (told.has(text)) continue
    told.add(text)
    return text
  }
}

/** Grows with the size, with some play, and ends as prices do: in .90, .00 or .50. */
function priceMinor([lowest, highest]: readonly [number, number], size: number, choices: Choices): number {
  const play = 0.75 + choices.below(50) / 100
  const euros = lowest * (highest / lowest) ** (0.15 + 0.7 * size) * play
  const whole = Math.round(Math.min(highest, Math.max(lowest, euros)))
  return whole * 100 + choices.pick<number>([-10, -10, -10, 0, 0, -50])
}

function attributesOf(
  spec: CategorySpec,
  { material, colour, size }: Omit<Looks, 'kind'>,
  choices: Choices,
): readonly Attribute[] {
  return [
    { name: 'Material', value: material },
    { name: 'Colour', value: colour },
    { name: spec.size[0], value: size },
    ...Object.entries(spec.attributes)
      .slice(0, 4)
      .map(([name, values]) => ({ name, value: choices.pick(values) })),
  ]
}

function ratingOf(choices: Choices): Pick<Product, 'ratingTenths' | 'ratingCount'> {
  // The better of two throws, twice: most things sold here are liked, a few are not.
  const ratingTenths = 31 + Math.max(choices.below(19), choices.below(19), choices.below(12))
  return { ratingTenths, ratingCount: 2 + Math.floor(1_800 * (choices.below(1_000) / 1_000) ** 3) }
}

function stockOf(choices: Choices): number {
  const luck = choices.below(100)
  if (luck < 4) return 0
  return luck < 14 ? 1 + choices.below(5) : 20 + choices.below(181)
}
