import type {
  Attribute as ProtoAttribute,
  ProductDraft as ProtoDraft,
} from '../../contracts/gen/shop/product/v1/product_pb.ts'
import type { Money as ProtoMoney } from '../../contracts/gen/shop/common/v1/money_pb.ts'
import type { Money } from '../shared/money.ts'
import type { Checker } from '../shared/validate.ts'
import type { ProductDraft } from './product-change.ts'
import type { Attribute } from './product.ts'

/** What everything in this shop is priced in. */
const shopCurrency = 'EUR'
/** A million euros. */
const maxPriceMinor = 100_000_000
const maxAttributes = 20

/** Reads a draft that came from outside. Notes every issue under `draft`. */
export function checkDraft(check: Checker, draft: ProtoDraft | undefined): ProductDraft {
  const given = check.required('draft', draft, (it) => it)
  const colour = given?.colour.toLowerCase() ?? ''
  if (given !== undefined) {
    if (!/^#[0-9a-f]{6}$/.test(colour)) check.issue('draft.colour', 'must be a colour, such as #a0b1c2')
    if (!/^[a-z0-9-]{1,60}$/.test(given.categorySlug)) {
      check.issue('draft.categorySlug', 'must be lower-case letters, digits and hyphens')
    }
  }
  const text = (name: 'name' | 'brand', bounds: { min: number; max: number }): string =>
    given === undefined ? '' : check.text(`draft.${name}`, given[name], bounds)
  return {
    name: text('name', { min: 2, max: 120 }),
    brand: text('brand', { min: 1, max: 60 }),
    categorySlug: given?.categorySlug ?? '',
    description: checkDescription(check, given?.description ?? ''),
    attributes: checkAttributes(check, given?.attributes ?? []),
    colour,
  }
}

/** Text as the others, except that it may have several lines. */
function checkDescription(check: Checker, description: string): string {
  const text = description.trim().replaceAll(/\r\n?/g, '\n')
  check.text('draft.description', text.replaceAll('\n', ' '), { min: 0, max: 4_000 })
  return text
}

function checkAttributes(check: Checker, attributes: readonly ProtoAttribute[]): readonly Attribute[] {
  if (attributes.length > maxAttributes) {
    check.issue('draft.attributes', `must be at most ${maxAttributes}, got ${attributes.length}`)
  }
  const seen = new Set<string>()
  return attributes.slice(0, maxAttributes).map((attribute, index) => {
    const path = `draft.attributes[${index}]`
    const name = check.text(`${path}.name`, attribute.name, { min: 1, max: 60 })
    if (seen.has(name.toLowerCase())) check.issue(`${path}.name`, `is there twice: ${name}`)
    seen.add(name.toLowerCase())
    return { name, value: check.text(`${path}.value`, attribute.value, { min: 1, max: 200 }) }
  })
}

export function checkPrice(check: Checker, price: ProtoMoney | undefined): Money {
  const { amountMinor, currency } = check.required('price', price, (it) => it) ?? {
    amountMinor: 1n,
    currency: shopCurrency,
  }
  if (currency !== shopCurrency) check.issue('price.currency', `must be ${shopCurrency}`)
  if (amountMinor < 1n || amountMinor > BigInt(maxPriceMinor)) {
    check.issue('price.amountMinor', `must be 1 to ${maxPriceMinor}, got ${amountMinor}`)
  }
  return { amountMinor: Number(amountMinor), currency }
}

export function checkIdempotencyKey(check: Checker, key: string): string {
  return check.text('idempotencyKey', key, { min: 8, max: 100 })
}

export function checkSku(check: Checker, sku: string): string {
  if (!/^[A-Z0-9-]{3,40}$/.test(sku)) check.issue('sku', 'must be 3 to 40 capital letters, digits and hyphens')
  return sku
}
