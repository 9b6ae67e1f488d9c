import type { VNode } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { everything, parseCriteria, shopUrl, type Criteria, type Sort } from '../lib/criteria.ts'
import { useSearch, type Search } from '../lib/use-search.ts'
import { Filters } from '../parts/filters.tsx'
import { Heading } from '../parts/heading.tsx'
import { Icon } from '../parts/icon.tsx'
import { GridSkeleton, ProductGrid } from '../parts/product-card.tsx'
import { Empty, Failed } from '../parts/states.tsx'
import { announce } from '../state/notices.ts'
import { useQuery } from '../lib/use-query.ts'
import { shop } from '../api/shop.ts'

const sortNames: readonly { sort: Sort; name: string }[] = [
  { sort: '', name: 'Best match' },
  { sort: 'price', name: 'Price, low to high' },
  { sort: '-price', name: 'Price, high to low' },
  { sort: 'newest', name: 'Newest' },
  { sort: 'rating', name: 'Best rated' },
]

export function ShopPage(): VNode {
  const { url, route } = useLocation()
  const criteria = useMemo(() => parseCriteria(url.split('?')[1] ?? ''), [url])
  const found = useSearch(criteria)
  const { data } = useQuery('categories', (signal) => shop.categories(signal))
  const category = data?.categories.find(({ slug }) => slug === criteria.category)
  const title =
    criteria.query !== ''
      ? `Results for “${criteria.query}”`
      : (category?.name ?? (criteria.category === '' ? 'Everything in the shop' : 'Products'))
  const change = (changed: Partial<Criteria>): void => route(shopUrl({ ...criteria, ...changed }))
  const count =
    found.total === undefined ? '' : found.total === 1 ? '1 product' : `${found.total.toLocaleString('en-IE')} products`

  useEffect(() => {
    if (count !== '') announce(`${title}: ${count}`)
  }, [count, title])

  return (
    <div class="wrap page shop">
      <div class="shop-head">
        <Heading title={title} />
        <p class="quiet">{count}</p>
      </div>
      <Filters criteria={criteria} facets={found.categories} all={data?.categories ?? []} onChange={change} />
      <div class="shop-results">
        <div class="shop-tools">
          <Chips criteria={criteria} categoryName={category?.name ?? criteria.category} onChange={change} />
          <label class="sort">
            <span>Sort by</span>
            <select value={criteria.sort} onChange={(event) => change({ sort: event.currentTarget.value as Sort })}>
              {sortNames.map(({ sort, name }) => (
                <option key={sort} value={sort}>
                  {sort === '' && criteria.query === '' ? 'Most popular' : name}
                </option>
              ))}
            </select>
          </label>
        </div>
        <Results found={found} criteria={criteria} count={count} />
      </div>
    </div>
  )
}

interface ResultsProps {
  readonly found: Search
  readonly criteria: Criteria
  /** "28 products". */
  readonly count: string
}

function Results({ found, criteria, count }: ResultsProps): VNode {
  const list = useRef<HTMLDivElement>(null)
  const more = async (): Promise<void> => {
    const before = found.products?.length ?? 0
    const answer = await found.more()
    if (answer === undefined) return
    announce(`${answer.added} more products shown`)
    // The button keeps the focus; when it has gone with the last page, the first new product takes it.
    if (answer.last)
      requestAnimationFrame(() => list.current?.querySelectorAll<HTMLElement>('.card-link')[before]?.focus())
  }

  return (
    <div ref={list}>
      {found.products === undefined ? (
        found.error === undefined ? (
          <GridSkeleton count={12} />
        ) : (
          <Failed error={found.error} retry={found.retry} />
        )
      ) : found.products.length === 0 ? (
        <Nothing criteria={criteria} />
      ) : (
        <ProductGrid products={found.products} />
      )}
      {found.products !== undefined && found.hasMore ? (
        <div class="more">
          <p class="quiet">
            {found.products.length} of {count}
          </p>
          {/* Not disabled while it loads: a disabled button would lose the focus. */}
          <button
            type="button"
            class="button quiet-button"
            aria-disabled={found.loadingMore}
            onClick={() => void more()}
          >
            {found.loadingMore ? 'Loading' : 'Load more'}
          </button>
          {found.moreFailed ? (
            <p class="mistake" role="alert">
              The next products could not be loaded. Please try again.
            </p>
          ) : null}
        </div>
      ) : null}
    </div>
  )
}

function Chips(props: {
  criteria: Criteria
  categoryName: string
  onChange: (changed: Partial<Criteria>) => void
}): VNode {
  const { criteria, categoryName, onChange } = props
  const { category, inStock, minPrice, maxPrice } = criteria
  const chips: { name: string; without: Partial<Criteria> }[] = []
  if (category !== '') chips.push({ name: categoryName, without: { category: '' } })
  if (inStock) chips.push({ name: 'In stock', without: { inStock: false } })
  if (minPrice !== undefined) chips.push({ name: `From €${minPrice}`, without: { minPrice: undefined } })
  if (maxPrice !== undefined) chips.push({ name: `Up to €${maxPrice}`, without: { maxPrice: undefined } })
  return (
    <ul class="chips">
      {chips.map(({ name, without }) => (
        <li key={name}>
          <button type="button" class="chip" onClick={() => onChange(without)}>
            <span class="sr-only">Remove filter </span>
            {name}
            <Icon name="close" size={14} />
          </button>
        </li>
      ))}
    </ul>
  )
}

function Nothing({ criteria }: { criteria: Criteria }): VNode {
  const narrowed = shopUrl(criteria) !== shopUrl({ query: criteria.query })
  return (
    <Empty title="Nothing matches that">
      <p>
        {criteria.query === '' ? 'No product fits all of these filters.' : 'Check the spelling, or try a plainer word.'}
      </p>
      <p class="state-actions">
        {narrowed ? (
          <a class="button quiet-button" href={shopUrl({ ...everything, query: criteria.query })}>
            Remove all filters
          </a>
        ) : null}
        <a class="button quiet-button" href="/categories">
          See all categories
        </a>
      </p>
      <p class="quiet">
        Often looked for:{' '}
        {['mug', 'lamp', 'oak', 'linen', 'kettle'].map((word) => (
          <a key={word} class="suggestion" href={shopUrl({ query: word })}>
            {word}
          </a>
        ))}
      </p>
    </Empty>
  )
}
