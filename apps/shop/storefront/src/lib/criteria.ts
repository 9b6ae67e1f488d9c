/** What a customer is looking at. The page's URL is the only place it is kept. */
export interface Criteria {
  readonly query: string
  readonly category: string
  readonly sort: Sort
  readonly inStock: boolean
  /** Bounds on the price in whole euros; undefined means none. */
  readonly minPrice: number | undefined
  readonly maxPrice: number | undefined
}

const sorts = ['', 'price', '-price', 'newest', 'rating'] as const
export type Sort = (typeof sorts)[number]

export const everything: Criteria = {
  query: '',
  category: '',
  sort: '',
  inStock: false,
  minPrice: undefined,
  maxPrice: undefined,
}

/** Reads a URL's query. What makes no sense is left out: a link from elsewhere never breaks the page. */
export function parseCriteria(search: string): Criteria {
  const params = new URLSearchParams(search)
  const sort = params.get('sort') ?? ''
  return {
    query: (params.get('query') ?? '').trim().slice(0, 200),
    category: /^[a-z0-9-]{1,60}$/.exec(params.get('category') ?? '')?.[0] ?? '',
    sort: sorts.find((known) => known === sort) ?? '',
    inStock: params.get('inStock') === 'true',
    minPrice: parseEuros(params.get('minPrice')),
    maxPrice: parseEuros(params.get('maxPrice')),
  }
}

/** The address of a page with these criteria. The same criteria always give the same address. */
export function shopUrl(criteria: Partial<Criteria>): string {
  const query = paramsOf(criteria).toString()
  return query === '' ? '/shop' : `/shop?${query}`
}

/** The same question to the API, whose prices are in cents. */
export function apiQuery(criteria: Partial<Criteria>, page: { size: number; token?: string }): string {
  const params = paramsOf(criteria)
  for (const bound of ['minPrice', 'maxPrice'] as const) {
    const euros = criteria[bound]
    if (euros !== undefined) params.set(bound, String(euros * 100))
  }
  params.set('pageSize', String(page.size))
  if (page.token !== undefined && page.token !== '') params.set('pageToken', page.token)
  return params.toString()
}

/** A price as typed; undefined where it is empty or no price. */
export function parseEuros(text: string | null): number | undefined {
  if (text === null || !/^\d{1,6}$/.test(text.trim())) return undefined
  const euros = Number(text)
  return euros === 0 ? undefined : euros
}

function paramsOf(criteria: Partial<Criteria>): URLSearchParams {
  const params = new URLSearchParams()
  const { query, category, sort, inStock, minPrice, maxPrice } = { ...everything, ...criteria }
  if (query !== '') params.set('query', query)
  if (category !== '') params.set('category', category)
  if (sort !== '') params.set('sort', sort)
  if (inStock) params.set('inStock', 'true')
  if (minPrice !== undefined) params.set('minPrice', String(minPrice))
  if (maxPrice !== undefined) params.set('maxPrice', String(maxPrice))
  return params
}
