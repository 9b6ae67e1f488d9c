import { useEffect, useRef, useState } from 'preact/hooks'
import { shop } from '../api/shop.ts'
import type { Category, Product } from '../api/types.ts'
import { shopUrl, type Criteria } from './criteria.ts'
import { recall, remember } from './use-query.ts'

const pageSize = 24

interface Found {
  readonly products: readonly Product[]
  readonly categories: readonly Category[]
  readonly total: number
  readonly nextPageToken: string
}

export interface Search {
  readonly products: readonly Product[] | undefined
  readonly categories: readonly Category[]
  readonly total: number | undefined
  readonly hasMore: boolean
  readonly loadingMore: boolean
  readonly moreFailed: boolean
  readonly error: unknown
  readonly retry: () => void
  /** Appends the next page. Undefined when it failed, or when the customer has gone on meanwhile. */
  readonly more: () => Promise<{ added: number; last: boolean } | undefined>
}

/** The products that meet the criteria, page after page. Going back finds all pages that had been loaded. */
export function useSearch(criteria: Criteria): Search {
  const key = `search ${shopUrl(criteria)}`
  const [state, setState] = useState<{ key: string; found?: Found; error?: unknown }>({ key: '' })
  const [more, setMore] = useState<{ key: string; kind: 'loading' | 'failed' } | undefined>()
  const [attempt, setAttempt] = useState(0)
  const shown = useRef(key)
  shown.current = key

  const keep = (found: Found): void => {
    remember(key, found)
    setState({ key, found })
  }

  useEffect(() => {
    const known = recall(key) as Found | undefined
    if (known !== undefined) {
      setState({ key, found: known })
      return undefined
    }
    const abort = new AbortController()
    shop.search(criteria, { size: pageSize }, abort.signal).then(
      (answer) => keep({ ...answer, total: answer.totalCount }),
      (error: unknown) => {
        if (!abort.signal.aborted) setState({ key, error })
      },
    )
    return () => abort.abort()
  }, [key, attempt])

  const current = state.key === key ? state : { found: recall(key) as Found | undefined, error: undefined }
  const { found } = current
  return {
    products: found?.products,
    categories: found?.categories ?? [],
    total: found?.total,
    hasMore: (found?.nextPageToken ?? '') !== '',
    loadingMore: more?.key === key && more.kind === 'loading',
    moreFailed: more?.key === key && more.kind === 'failed',
    error: current.error,
    retry: () => {
      setState({ key: '' })
      setAttempt(attempt + 1)
    },
    more: async () => {
      if (found === undefined || (more?.key === key && more.kind === 'loading')) return undefined
      setMore({ key, kind: 'loading' })
      try {
        const answer = await shop.search(criteria, { size: pageSize, token: found.nextPageToken })
        if (shown.current !== key) return undefined
        setMore(undefined)
        keep({ ...found, products: [...found.products, ...answer.products], nextPageToken: answer.nextPageToken })
        return { added: answer.products.length, last: answer.nextPageToken === '' }
      } catch {
        setMore({ key, kind: 'failed' })
        return undefined
      }
    },
  }
}
