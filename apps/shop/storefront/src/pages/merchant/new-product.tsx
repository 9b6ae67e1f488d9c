import type { VNode } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { isProblem, sayProblem } from '../../api/problem.ts'
import { merchant } from '../../api/merchant.ts'
import type { NewProduct, ProductDraft } from '../../api/types.ts'
import { categoryColour } from '../../lib/departments.ts'
import { parseMoney } from '../../lib/money.ts'
import { checkDraft, checkSku, cleanDraft, emptyDraft, serverMistakes } from '../../lib/product-form.ts'
import { useAction } from '../../lib/use-action.ts'
import { forgetAll } from '../../lib/use-query.ts'
import { DraftFields } from '../../parts/draft-fields.tsx'
import { Field, focusMistake } from '../../parts/field.tsx'
import { MerchantFrame } from '../../parts/merchant-frame.tsx'
import { Alert } from '../../parts/states.tsx'
import { announce } from '../../state/notices.ts'

interface Form {
  readonly sku: string
  readonly draft: ProductDraft
  readonly price: string
  readonly stock: string
}

type Mistakes = Partial<Record<keyof ProductDraft | 'sku' | 'price' | 'initialStock', string>>

export function NewProductPage(): VNode {
  const { route } = useLocation()
  const [form, setForm] = useState<Form>({
    sku: '',
    draft: emptyDraft('', categoryColour('')),
    price: '',
    stock: '0',
  })
  const [mistakes, setMistakes] = useState<Mistakes>({})
  const element = useRef<HTMLFormElement>(null)
  // One product, however often the button is pressed; another one once what is sent is another.
  const key = useRef({ key: crypto.randomUUID(), body: '' })
  const create = useAction(async () => {
    const { body, found } = read(form)
    setMistakes(found)
    if (body === undefined) return focusMistake(element.current)
    const text = JSON.stringify(body)
    if (key.current.body !== text) key.current = { key: crypto.randomUUID(), body: text }
    try {
      const product = await merchant.create(key.current.key, body)
      forgetAll()
      announce('Product created')
      route(`/merchant/products/${product.id}`, true)
    } catch (error) {
      const told = toldBy(error)
      setMistakes(told)
      if (Object.keys(told).length === 0) throw error
      focusMistake(element.current)
    }
  })
  const submit = (event: Event): void => {
    event.preventDefault()
    void create.run()
  }
  return (
    <MerchantFrame title="New product" trail={[{ name: 'Products', href: '/merchant/products' }]}>
      <form ref={element} class="panel form wide-form" noValidate onSubmit={submit}>
        <Fields form={form} mistakes={mistakes} onChange={setForm} />
        {create.failure === undefined ? null : <Alert>{sayProblem(create.failure)}</Alert>}
        <p class="saving">
          <button type="submit" class="button" aria-disabled={create.busy}>
            {create.busy ? 'One moment' : 'Create product'}
          </button>
          <span class="quiet">It is on sale at once. A picture can be added next.</span>
        </p>
      </form>
    </MerchantFrame>
  )
}

interface FieldsProps {
  readonly form: Form
  readonly mistakes: Mistakes
  readonly onChange: (form: Form) => void
}

function Fields({ form, mistakes, onChange }: FieldsProps): VNode {
  return (
    <div class="fields">
      <DraftFields draft={form.draft} mistakes={mistakes} onChange={(draft) => onChange({ ...form, draft })} />
      <Field
        label="Article number"
        name="sku"
        value={form.sku}
        onValue={(sku) => onChange({ ...form, sku: sku.toUpperCase() })}
        mistake={mistakes.sku}
        hint="Capital letters, digits and hyphens. It stays with the product."
        input={{ autocomplete: 'off', spellcheck: false, required: true, maxLength: 40 }}
      />
      <div class="fields-row">
        <Field
          label="Price in euros"
          name="price"
          value={form.price}
          onValue={(price) => onChange({ ...form, price })}
          mistake={mistakes.price}
          input={{ inputMode: 'decimal', autocomplete: 'off', placeholder: '0.00', required: true, maxLength: 10 }}
        />
        <Field
          label="Pieces in stock"
          name="initialStock"
          value={form.stock}
          onValue={(stock) => onChange({ ...form, stock })}
          mistake={mistakes.initialStock}
          input={{ inputMode: 'numeric', autocomplete: 'off', required: true, maxLength: 7 }}
        />
      </div>
    </div>
  )
}

/** What is in the form as the shop wants it; no body while something is to be corrected. */
function read(form: Form): { body?: NewProduct; found: Mistakes } {
  const found: Mistakes = checkDraft(form.draft)
  const sku = form.sku.trim()
  const wrongSku = checkSku(sku)
  if (wrongSku !== undefined) found.sku = wrongSku
  const price = parseMoney(form.price)
  if (price === undefined || price.amountMinor === '0') found.price = 'Enter a price above 0, like 12.50.'
  const initialStock = /^\d{1,7}$/.test(form.stock.trim()) ? Number(form.stock) : undefined
  if (initialStock === undefined || initialStock > 1_000_000) found.initialStock = 'Enter a number up to 1000000.'
  if (price === undefined || initialStock === undefined || Object.keys(found).length > 0) return { found }
  return { body: { sku, draft: cleanDraft(form.draft), price, initialStock }, found }
}

function toldBy(error: unknown): Mistakes {
  if (isProblem(error, 'SHOP_SKU_TAKEN')) return { sku: 'Another product has this article number.' }
  const fields = ['name', 'brand', 'categorySlug', 'description', 'attributes', 'colour'] as const
  return serverMistakes(error, [...fields, 'sku', 'price', 'initialStock'])
}
