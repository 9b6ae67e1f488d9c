import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { merchant } from '../api/merchant.ts'
import type { Product, ProductDraft } from '../api/types.ts'
import {
  checkDraft,
  cleanDraft,
  contested,
  draftOf,
  rebase,
  serverMistakes,
  type DraftMistakes,
} from '../lib/product-form.ts'
import { useAction } from '../lib/use-action.ts'
import { announce } from '../state/notices.ts'
import { DraftFields } from './draft-fields.tsx'
import { focusMistake } from './field.tsx'
import { Icon } from './icon.tsx'
import { ProductFailure } from './product-failure.tsx'

export interface ProductSectionProps {
  readonly product: Product
  readonly onChange: (product: Product) => void
  readonly onReload: () => Promise<void>
}

const fields = ['name', 'brand', 'categorySlug', 'description', 'attributes', 'colour'] as const

/** What is said about the product. Somebody else's change meanwhile never takes what was typed. */
export function EditProduct(section: ProductSectionProps): VNode {
  const form = useRef<HTMLFormElement>(null)
  const { typed, type, mistakes, theirs, saved, save } = useEditing(section, () => focusMistake(form.current))
  const submit = (event: Event): void => {
    event.preventDefault()
    void save.run()
  }
  const reload = async (): Promise<void> => {
    await section.onReload()
    save.clear()
  }
  return (
    <section class="panel" aria-labelledby="words">
      <h2 id="words">About this product</h2>
      <form ref={form} class="stacked" noValidate onSubmit={submit}>
        <DraftFields draft={typed} mistakes={mistakes} onChange={type} />
        {theirs === undefined ? null : <Theirs theirs={theirs} typed={typed} />}
        {save.failure === undefined ? null : <ProductFailure error={save.failure} onReload={reload} />}
        <p class="saving">
          <button type="submit" class="button" aria-disabled={save.busy}>
            {save.busy ? 'Saving' : 'Save changes'}
          </button>
          {saved ? (
            <span class="saved">
              <Icon name="check" size={18} /> Saved
            </span>
          ) : null}
        </p>
      </form>
    </section>
  )
}

/** What is in the form, what it began with, and what saving it does. */
function useEditing({ product, onChange }: ProductSectionProps, focus: () => void) {
  const [{ base, typed }, setForm] = useState({ base: product, typed: draftOf(product) })
  const [mistakes, setMistakes] = useState<DraftMistakes>({})
  const [theirs, setTheirs] = useState<ProductDraft>()
  const [saved, setSaved] = useState(false)
  // Another version has come: taken over where nothing was typed, and told where something was.
  useEffect(() => {
    if (base.version >= product.version) return
    const [before, latest] = [draftOf(base), draftOf(product)]
    if (contested(typed, before, latest).length > 0) setTheirs(latest)
    setForm({ base: product, typed: rebase(typed, before, latest) })
  }, [product])
  const save = useAction(async () => {
    const found = checkDraft(typed)
    setMistakes(found)
    setSaved(false)
    if (Object.keys(found).length > 0) return focus()
    try {
      const changed = await merchant.edit(product.id, product.version, cleanDraft(typed))
      setForm({ base: changed, typed: draftOf(changed) })
      setTheirs(undefined)
      setSaved(true)
      announce('Saved')
      onChange(changed)
    } catch (error) {
      const told = serverMistakes(error, fields)
      setMistakes(told)
      if (Object.keys(told).length === 0) throw error
      focus()
    }
  })
  const type = (draft: ProductDraft): void => {
    setSaved(false)
    setForm({ base, typed: draft })
  }
  return { typed, type, mistakes, theirs, saved, save }
}

const names: Readonly<Record<keyof ProductDraft, string>> = {
  name: 'Name',
  brand: 'Brand',
  categorySlug: 'Category',
  description: 'Description',
  attributes: 'Details',
  colour: 'Colour',
}

/** What somebody else has made of the fields that were typed in. */
function Theirs({ theirs, typed }: { theirs: ProductDraft; typed: ProductDraft }): VNode {
  const shown = fields.filter((field) => JSON.stringify(theirs[field]) !== JSON.stringify(typed[field]))
  return (
    <div class="theirs" role="status">
      <p>The latest version is loaded and what you typed is kept. Saving replaces what is in the shop now:</p>
      <dl>
        {shown.map((field) => (
          <div key={field}>
            <dt>{names[field]}</dt>
            <dd>{field === 'attributes' ? detailsOf(theirs) : theirs[field]}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

function detailsOf({ attributes }: ProductDraft): string {
  return attributes.map(({ name, value }) => `${name}: ${value}`).join(', ')
}
