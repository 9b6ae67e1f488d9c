import type { VNode } from 'preact'
import { useId, useRef } from 'preact/hooks'
import { shop } from '../api/shop.ts'
import type { Attribute, ProductDraft } from '../api/types.ts'
import { categoryColour } from '../lib/departments.ts'
import { draftBounds, type DraftMistakes } from '../lib/product-form.ts'
import { useQuery } from '../lib/use-query.ts'
import { Field, Mistake } from './field.tsx'
import { Icon } from './icon.tsx'
import { TextArea } from './text-area.tsx'

interface DraftFieldsProps {
  readonly draft: ProductDraft
  readonly mistakes: DraftMistakes
  readonly onChange: (draft: ProductDraft) => void
}

/** Everything that merchants say about a product. */
export function DraftFields({ draft, mistakes, onChange }: DraftFieldsProps): VNode {
  const set =
    <K extends keyof ProductDraft>(field: K) =>
    (value: ProductDraft[K]) =>
      onChange({ ...draft, [field]: value })
  return (
    <>
      <Field
        label="Name"
        name="name"
        value={draft.name}
        onValue={set('name')}
        mistake={mistakes.name}
        input={{ autocomplete: 'off', required: true, maxLength: draftBounds.name }}
      />
      <div class="fields-row">
        <Field
          label="Brand"
          name="brand"
          value={draft.brand}
          onValue={set('brand')}
          mistake={mistakes.brand}
          input={{ autocomplete: 'off', required: true, maxLength: draftBounds.brand }}
        />
        <Category value={draft.categorySlug} mistake={mistakes.categorySlug} onValue={set('categorySlug')} />
      </div>
      <TextArea
        label="Description"
        name="description"
        rows={5}
        maxLength={draftBounds.description}
        value={draft.description}
        onValue={set('description')}
        mistake={mistakes.description}
      />
      <Details attributes={draft.attributes} mistake={mistakes.attributes} onChange={set('attributes')} />
      <Colour value={draft.colour} mistake={mistakes.colour} category={draft.categorySlug} onValue={set('colour')} />
    </>
  )
}

interface ChoiceProps {
  readonly value: string
  readonly mistake: string | undefined
  readonly onValue: (value: string) => void
}

function Category({ value, mistake, onValue }: ChoiceProps): VNode {
  const id = useId()
  const { data } = useQuery('categories', (signal) => shop.categories(signal))
  const known = data?.categories ?? []
  return (
    <div class={mistake === undefined ? 'field' : 'field wrong'}>
      <label for={id}>Category</label>
      <select
        id={id}
        name="categorySlug"
        value={value}
        aria-invalid={mistake !== undefined}
        aria-describedby={mistake === undefined ? undefined : `${id}-mistake`}
        onChange={(event) => onValue(event.currentTarget.value)}
      >
        <option value="">Choose one</option>
        {known.some(({ slug }) => slug === value) || value === '' ? null : <option value={value}>{value}</option>}
        {known
          .toSorted((a, b) => a.name.localeCompare(b.name))
          .map(({ slug, name }) => (
            <option key={slug} value={slug}>
              {name}
            </option>
          ))}
      </select>
      <Mistake id={`${id}-mistake`} text={mistake} />
    </div>
  )
}

function Colour({ value, mistake, category, onValue }: ChoiceProps & { category: string }): VNode {
  const id = useId()
  return (
    <div class={mistake === undefined ? 'field' : 'field wrong'}>
      <label for={id}>Colour</label>
      <div class="colour-row">
        <input
          id={id}
          type="color"
          name="colour"
          value={value === '' ? categoryColour(category) : value}
          aria-describedby={`${id}-hint`}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
        <p class="hint" id={`${id}-hint`}>
          What the drawing is painted in while there is no picture.
        </p>
      </div>
      <Mistake id={`${id}-mistake`} text={mistake} />
    </div>
  )
}

interface DetailsProps {
  readonly attributes: readonly Attribute[]
  readonly mistake: string | undefined
  readonly onChange: (attributes: readonly Attribute[]) => void
}

function Details({ attributes, mistake, onChange }: DetailsProps): VNode {
  const id = useId()
  const rows = useRef<HTMLFieldSetElement>(null)
  // The row that was added, or, when one was removed with the button in it, the button that adds.
  const focusLast = (selector: string): void => {
    requestAnimationFrame(() => [...(rows.current?.querySelectorAll<HTMLElement>(selector) ?? [])].at(-1)?.focus())
  }
  const set = (place: number, changed: Attribute): void => onChange(attributes.with(place, changed))
  return (
    <fieldset
      ref={rows}
      class={mistake === undefined ? 'details' : 'details wrong'}
      aria-describedby={mistake === undefined ? undefined : id}
    >
      <legend>
        Details <span class="optional">(optional)</span>
      </legend>
      {attributes.map((attribute, place) => (
        // Rows have no identity but their place.
        <DetailRow
          key={place}
          attribute={attribute}
          number={place + 1}
          wrong={mistake !== undefined}
          onChange={(changed) => set(place, changed)}
          onRemove={() => {
            onChange(attributes.filter((_, each) => each !== place))
            focusLast('.link')
          }}
        />
      ))}
      {attributes.length >= draftBounds.attributes ? null : (
        <button
          type="button"
          class="link"
          onClick={() => {
            onChange([...attributes, { name: '', value: '' }])
            focusLast('.details-row input:first-child')
          }}
        >
          Add a detail
        </button>
      )}
      <Mistake id={id} text={mistake} />
    </fieldset>
  )
}

interface DetailRowProps {
  readonly attribute: Attribute
  readonly number: number
  readonly wrong: boolean
  readonly onChange: (attribute: Attribute) => void
  readonly onRemove: () => void
}

function DetailRow({ attribute, number, wrong, onChange, onRemove }: DetailRowProps): VNode {
  return (
    <div class="details-row">
      <input
        aria-label={`Name of detail ${number}`}
        placeholder="Material"
        maxLength={draftBounds.attributeName}
        value={attribute.name}
        aria-invalid={wrong}
        onInput={(event) => onChange({ ...attribute, name: event.currentTarget.value })}
      />
      <input
        aria-label={`Value of detail ${number}`}
        placeholder="Stoneware"
        maxLength={draftBounds.attributeValue}
        value={attribute.value}
        aria-invalid={wrong}
        onInput={(event) => onChange({ ...attribute, value: event.currentTarget.value })}
      />
      <button type="button" class="icon-button" onClick={onRemove}>
        <Icon name="close" />
        <span class="sr-only">Remove detail {number}</span>
      </button>
    </div>
  )
}
