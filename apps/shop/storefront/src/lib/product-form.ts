import { isProblem, type Issue } from '../api/problem.ts'
import type { Attribute, Product, ProductDraft } from '../api/types.ts'

export type DraftMistakes = Partial<Record<keyof ProductDraft, string>>

const most = { name: 120, brand: 60, description: 4000, attributes: 20, attributeName: 60, attributeValue: 200 }
export const draftBounds: typeof most = most

export function emptyDraft(categorySlug: string, colour: string): ProductDraft {
  return { name: '', brand: '', categorySlug, description: '', attributes: [], colour }
}

export function draftOf({ name, brand, categorySlug, description, attributes, colour }: Product): ProductDraft {
  return { name, brand, categorySlug, description, attributes, colour }
}

/** The draft as it is sent: rows that were left empty are not attributes. */
export function cleanDraft(draft: ProductDraft): ProductDraft {
  const attributes = draft.attributes
    .map(({ name, value }) => ({ name: name.trim(), value: value.trim() }))
    .filter(({ name, value }) => name !== '' || value !== '')
  return {
    ...draft,
    name: draft.name.trim(),
    brand: draft.brand.trim(),
    description: draft.description.trim(),
    attributes,
  }
}

/** What to correct before a draft is worth sending. */
export function checkDraft(draft: ProductDraft): DraftMistakes {
  const mistakes: DraftMistakes = {}
  const { name, brand, categorySlug, attributes, colour } = cleanDraft(draft)
  if (name.length < 2) mistakes.name = 'Enter a name of at least 2 characters.'
  if (brand === '') mistakes.brand = 'Enter the brand.'
  if (categorySlug === '') mistakes.categorySlug = 'Choose a category.'
  if (!/^#[\da-f]{6}$/i.test(colour)) mistakes.colour = 'Choose a colour.'
  const wrong = wrongAttribute(attributes)
  if (wrong !== undefined) mistakes.attributes = wrong
  return mistakes
}

function wrongAttribute(attributes: readonly Attribute[]): string | undefined {
  const half = attributes.find(({ name, value }) => name === '' || value === '')
  if (half !== undefined) return 'Each detail needs a name and a value.'
  const names = attributes.map(({ name }) => name.toLowerCase())
  const twice = names.find((name, place) => names.indexOf(name) !== place)
  return twice === undefined ? undefined : `There are two details called “${twice}”.`
}

export function checkSku(sku: string): string | undefined {
  return /^[A-Z\d-]{3,40}$/.test(sku) ? undefined : 'Use 3 to 40 capital letters, digits and hyphens.'
}

/** What the server found wrong, by field: "draft.attributes[2].value" belongs to the attributes. */
export function serverMistakes<F extends string>(error: unknown, fields: readonly F[]): Partial<Record<F, string>> {
  const told: Partial<Record<F, string>> = {}
  if (!isProblem(error)) return told
  for (const issue of error.issues) {
    const field = fields.find((each) => belongsTo(issue, each))
    if (field !== undefined) told[field] ??= sentence(issue.message)
  }
  return told
}

function belongsTo({ path }: Issue, field: string): boolean {
  return path.split(/[.[\]/]+/).find((part) => part !== '' && part !== 'draft') === field
}

/** A server's "must be 2 to 120 characters" as a form says it. */
function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`
}

/**
 * The form after somebody else's change was loaded: what was typed stays, the rest is taken over.
 * @param base what the form began with
 */
export function rebase(typed: ProductDraft, base: ProductDraft, latest: ProductDraft): ProductDraft {
  const pick = <K extends keyof ProductDraft>(field: K): ProductDraft[K] =>
    same(typed[field], base[field]) ? latest[field] : typed[field]
  return {
    name: pick('name'),
    brand: pick('brand'),
    categorySlug: pick('categorySlug'),
    description: pick('description'),
    attributes: pick('attributes'),
    colour: pick('colour'),
  }
}

/** Fields that were typed in and that somebody else has given another value meanwhile. */
export function contested(typed: ProductDraft, base: ProductDraft, latest: ProductDraft): (keyof ProductDraft)[] {
  return (Object.keys(latest) as (keyof ProductDraft)[]).filter(
    (field) =>
      !same(latest[field], base[field]) && !same(typed[field], base[field]) && !same(typed[field], latest[field]),
  )
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
