import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Category } from '../api/types.ts'
import { parseEuros, shopUrl, type Criteria } from '../lib/criteria.ts'
import { byDepartment } from '../lib/departments.ts'
import { Icon } from './icon.tsx'

export interface FiltersProps {
  readonly criteria: Criteria
  /** Categories that the found products are in. */
  readonly facets: readonly Category[]
  readonly all: readonly Category[]
  readonly onChange: (changed: Partial<Criteria>) => void
}

/** Beside the results on a wide screen, behind a button on a narrow one. */
export function Filters(props: FiltersProps): VNode {
  const { criteria, onChange } = props
  const [open, setOpen] = useState(false)
  return (
    <div class="filters">
      <button
        type="button"
        class="button quiet-button filters-button"
        aria-expanded={open}
        aria-controls="filters"
        onClick={() => setOpen(!open)}
      >
        <Icon name="filter" /> Filters
      </button>
      <div id="filters" class={open ? 'filters-panel open' : 'filters-panel'}>
        <CategoryFilter {...props} />
        <fieldset>
          <legend>Price in euros</legend>
          <div class="price-range">
            <PriceField
              label="Lowest price"
              placeholder="from"
              value={criteria.minPrice}
              onValue={(minPrice) => onChange({ minPrice })}
            />
            <span aria-hidden="true">–</span>
            <PriceField
              label="Highest price"
              placeholder="to"
              value={criteria.maxPrice}
              onValue={(maxPrice) => onChange({ maxPrice })}
            />
          </div>
        </fieldset>
        <fieldset>
          <legend>Availability</legend>
          <label class="check">
            <input
              type="checkbox"
              checked={criteria.inStock}
              onChange={(event) => onChange({ inStock: event.currentTarget.checked })}
            />
            <span>In stock only</span>
          </label>
        </fieldset>
      </div>
    </div>
  )
}

const shortList = 10

function CategoryFilter({ criteria, facets, all }: FiltersProps): VNode | null {
  const [whole, setWhole] = useState(false)
  const options = choices(criteria, facets, all)
  if (options.length === 0) return null
  const shown = whole ? options : options.slice(0, shortList)
  return (
    <nav class="facets" aria-label="Narrow by category">
      <h2>Category</h2>
      <ul>
        {criteria.category === '' ? null : (
          <li>
            <a href={shopUrl({ ...criteria, category: '' })}>All categories</a>
          </li>
        )}
        {shown.map(({ slug, name, productCount }) => (
          <li key={slug}>
            <a
              href={shopUrl({ ...criteria, category: slug })}
              aria-current={slug === criteria.category ? 'true' : undefined}
            >
              {name} <span class="quiet">{productCount}</span>
            </a>
          </li>
        ))}
      </ul>
      {options.length > shortList ? (
        <button type="button" class="link" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? 'Show fewer' : `Show all ${options.length}`}
        </button>
      ) : null}
    </nav>
  )
}

/** The categories worth offering: those of the results, or, within one category, its department. */
function choices(
  { category, query }: Criteria,
  facets: readonly Category[],
  all: readonly Category[],
): readonly Category[] {
  if (category === '' || query !== '') return facets
  return byDepartment(all).find((group) => group.categories.some(({ slug }) => slug === category))?.categories ?? facets
}

interface PriceFieldProps {
  readonly label: string
  readonly placeholder: string
  readonly value: number | undefined
  readonly onValue: (value: number | undefined) => void
}

function PriceField({ label, placeholder, value, onValue }: PriceFieldProps): VNode {
  const shown = value === undefined ? '' : String(value)
  const [text, setText] = useState(shown)
  useEffect(() => setText(shown), [shown])
  const take = (): void => {
    const taken = parseEuros(text)
    setText(taken === undefined ? '' : String(taken))
    if (taken !== value) onValue(taken)
  }
  return (
    <input
      aria-label={label}
      placeholder={placeholder}
      inputMode="numeric"
      autocomplete="off"
      maxLength={6}
      value={text}
      onInput={(event) => setText(event.currentTarget.value.replace(/\D/g, ''))}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take()
      }}
    />
  )
}
