import { useEffect, useRef, useState } from 'preact/hooks'
import { recall, remember } from './use-query.ts'

interface Page<T> {
  readonly items: readonly T[]
  /** Empty on the last page. */
  readonly nextPageToken: string
}

export interface Pages<T> {
  readonly items: readonly T[] | undefined
  readonly hasMore: boolean
  readonly loadingMore: boolean
  readonly moreFailed: boolean
  readonly error: unknown
  readonly retry: () => void
  /** Appends the next page. Undefined when it failed, or when something else is shown by then. */
  readonly more: () => Promise<{ added: number; last: boolean } | undefined>
}

type Load<T> = (page: { size: number; token?: string }, signal?: AbortSignal) => Promise<Page<T>>

// The most that the API gives at once.
const mostAtOnce = 50

/**
 * A list of which more can be shown, page after page. Going back shows the pages that had been loaded at once, and
 * loads as many anew, since what is in them may have changed.
 */
export function usePages<T extends { readonly id: string }>(key: string, size: number, load: Load<T>): Pages<T> {
  const [state, setState] = useState<{ key: string; page?: Page<T>; error?: unknown }>({ key: '' })
  const [more, setMore] = useState<{ key: string; kind: 'loading' | 'failed' } | undefined>()
  const [attempt, setAttempt] = useState(0)
  const latest = useRef({ key, load })
  latest.current = { key, load }

  const keep = (page: Page<T>): void => {
    remember(key, page)
    setState({ key, page })
  }

  useEffect(() => {
    const abort = new AbortController()
    const known = (recall(key) as Page<T> | undefined)?.items.length ?? 0
    latest.current.load({ size: Math.min(Math.max(known, size), mostAtOnce) }, abort.signal).then(
      (page) => {
        if (!abort.signal.aborted) keep(page)
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setState({ key, error })
      },
    )
    return () => abort.abort()
  }, [key, attempt])

  const page = (state.key === key ? state.page : undefined) ?? (recall(key) as Page<T> | undefined)
  return {
    items: page?.items,
    hasMore: (page?.nextPageToken ?? '') !== '',
    loadingMore: more?.key === key && more.kind === 'loading',
    moreFailed: more?.key === key && more.kind === 'failed',
    error: state.key === key ? state.error : undefined,
    retry: () => {
      setState({ key: '' })
      setAttempt(attempt + 1)
    },
    more: async () => {
      if (page === undefined || (more?.key === key && more.kind === 'loading')) return undefined
      setMore({ key, kind: 'loading' })
      try {
        const next = await latest.current.load({ size, token: page.nextPageToken })
        if (latest.current.key !== key) return undefined
        setMore(undefined)
        const added = withoutKnown(page.items, next.items)
        keep({ items: [...page.items, ...added], nextPageToken: next.nextPageToken })
        return { added: added.length, last: next.nextPageToken === '' }
      } catch {
        setMore({ key, kind: 'failed' })
        return undefined
      }
    },
  }
}

/** An entry that moved while the list was read is not shown twice. */
function withoutKnown<T extends { readonly id: string }>(known: readonly T[], added: readonly T[]): T[] {
  const ids = new Set(known.map(({ id }) => id))
  return added.filter(({ id }) => !ids.has(id))
}
