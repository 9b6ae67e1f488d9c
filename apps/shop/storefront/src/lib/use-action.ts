import { useRef, useState } from 'preact/hooks'

export interface Action<A extends readonly unknown[]> {
  readonly run: (...args: A) => Promise<void>
  readonly busy: boolean
  /** Why the last try failed; undefined once another has begun. */
  readonly failure: unknown
  readonly clear: () => void
}

/** Something that a button does: once at a time, and with a failure that is shown until the next try. */
export function useAction<A extends readonly unknown[]>(work: (...args: A) => Promise<void>): Action<A> {
  const [state, setState] = useState<{ busy: boolean; failure?: unknown }>({ busy: false })
  // State is set with the next drawing; a second click comes before that.
  const running = useRef(false)
  const run = async (...args: A): Promise<void> => {
    if (running.current) return
    running.current = true
    setState({ busy: true })
    try {
      await work(...args)
      setState({ busy: false })
    } catch (failure) {
      setState({ busy: false, failure })
    } finally {
      running.current = false
    }
  }
  return { run, ...state, failure: state.failure, clear: () => setState({ busy: false }) }
}
