import type { VNode } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { sayProblem } from '../api/problem.ts'
import { shop } from '../api/shop.ts'
import type { Product } from '../api/types.ts'
import { formatMoney } from '../lib/money.ts'
import { useAction } from '../lib/use-action.ts'
import { Icon } from './icon.tsx'
import { Picture } from './picture.tsx'
import { Alert } from './states.tsx'

interface ProductFinderProps {
  readonly label: string
  /** The word on the button of each product that is found. */
  readonly action: string
  readonly busy: boolean
  readonly onPick: (product: Product) => void
}

const shown = 6

/** A search field whose results can be picked, without leaving the page. */
export function ProductFinder({ label, action, busy, onPick }: ProductFinderProps): VNode {
  const [text, setText] = useState('')
  const [found, setFound] = useState<Answer>()
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  const search = useAction(async () => {
    const query = text.trim()
    setFound({ query, products: (await shop.search({ query, inStock: true }, { size: shown })).products })
  })
  // The field has come because the customer asked for it.
  useEffect(() => input.current?.focus(), [])
  const submit = (event: Event): void => {
    event.preventDefault()
    void search.run()
  }
  return (
    <div class="finder">
      <form role="search" aria-label={label} class="finder-form" onSubmit={submit}>
        <label for={id}>{label}</label>
        <div class="finder-row">
          <input
            ref={input}
            id={id}
            type="search"
            placeholder="Search for what to add"
            autocomplete="off"
            enterkeyhint="search"
            maxLength={200}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <button type="submit" class="button quiet-button" aria-disabled={search.busy}>
            <Icon name="search" /> Find
          </button>
        </div>
      </form>
      {search.failure === undefined ? null : <Alert>{sayProblem(search.failure)}</Alert>}
      <p class="sr-only" role="status">
        {found === undefined ? '' : `${found.products.length} found`}
      </p>
      {found === undefined ? null : <Found found={found} action={action} busy={busy} onPick={onPick} />}
    </div>
  )
}

interface Answer {
  readonly query: string
  readonly products: readonly Product[]
}

function Found({ found, action, busy, onPick }: Omit<ProductFinderProps, 'label'> & { found: Answer }): VNode {
  if (found.products.length === 0) return <p class="quiet">Nothing in stock matches “{found.query}”.</p>
  return (
    <ul class="lines">
      {found.products.map((product) => (
        <li key={product.id}>
          <span class="thumb small-thumb" aria-hidden="true">
            <Picture productId={product.id} product={product} />
          </span>
          <span class="lines-name">
            <span>{product.name}</span>
            <span class="quiet">{formatMoney(product.price)}</span>
          </span>
          <button
            type="button"
            class="button quiet-button"
            aria-disabled={busy}
            onClick={() => {
              if (!busy) onPick(product)
            }}
          >
            {action}
            <span class="sr-only"> {product.name}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}
