import { useCallback, useEffect, useRef, useState } from 'preact/hooks'

export interface Query<T> {
  readonly data: T | undefined
  readonly error: unknown
  readonly retry: () => void
}

// Going back shows the page as it was at once, which also lets the browser restore the scroll position.
const remembered = new Map<string, unknown>()
const mostRemembered = 40

/** Loads what a page shows. A key seen before is shown from memory while it is loaded anew. */
export function useQuery<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Query<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: unknown }>({ key: '' })
  const [attempt, setAttempt] = useState(0)
  const latest = useRef(load)
  latest.current = load
  useEffect(() => {
    const abort = new AbortController()
    latest.current(abort.signal).then(
      (data) => {
        if (abort.signal.aborted) return
        remember(key, data)
        setState({ key, data })
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setState({ key, error })
      },
    )
    return () => abort.abort()
  }, [key, attempt])
  const retry = useCallback(() => {
    setState({ key: '' })
    setAttempt((before) => before + 1)
  }, [])
  const current = state.key === key ? state : { data: undefined, error: undefined }
  return { data: current.data ?? (remembered.get(key) as T | undefined), error: current.error, retry }
}

export function remember(key: string, data: unknown): void {
  remembered.delete(key)
  remembered.set(key, data)
  for (const oldest of remembered.keys()) {
    if (remembered.size <= mostRemembered) return
    remembered.delete(oldest)
  }
}

export function recall(key: string): unknown {
  return remembered.get(key)
}

/** What one customer has seen is not shown to the next one on the device. */
export function forgetAll(): void {
  remembered.clear()
}
