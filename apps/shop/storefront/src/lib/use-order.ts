import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { isProblem } from '../api/problem.ts'
import { shop } from '../api/shop.ts'
import type { Order } from '../api/types.ts'
import { isSettled } from './purchase-key.ts'

const everyMs = 1_000
// An interrupted order waits for the customer; it is still looked at, as it may be taken up elsewhere.
const interruptedMs = 5_000
const slowestMs = 30_000

export interface FollowedOrder {
  readonly order: Order | undefined
  readonly error: unknown
  readonly retry: () => void
  readonly set: (order: Order) => void
}

/** An order, followed until it is settled. Rests while nobody looks at the page, and slows down while it fails. */
export function useOrder(id: string, onSeen: (order: Order) => void): FollowedOrder {
  const [order, setOrder] = useState<Order>()
  const [error, setError] = useState<unknown>()
  const [attempt, setAttempt] = useState(0)
  const seen = useRef(onSeen)
  seen.current = onSeen

  const set = useCallback((given: Order) => {
    seen.current(given)
    setError(undefined)
    setOrder(given)
  }, [])

  useEffect(() => {
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let failures = 0
    let resting = false
    const look = async (): Promise<void> => {
      if (document.hidden) {
        resting = true
        return
      }
      resting = false
      try {
        const found = await shop.order(id, abort.signal)
        if (abort.signal.aborted) return
        failures = 0
        set(found)
        if (!isSettled(found.status)) {
          timer = setTimeout(() => void look(), found.status === 'ORDER_STATUS_INTERRUPTED' ? interruptedMs : everyMs)
        }
      } catch (failure) {
        if (abort.signal.aborted) return
        setError(failure)
        if (isProblem(failure) && failure.status >= 400 && failure.status < 500 && failure.status !== 429) return
        failures++
        timer = setTimeout(() => void look(), Math.min(everyMs * 2 ** failures, slowestMs))
      }
    }
    const wake = (): void => {
      if (!document.hidden && resting) void look()
    }
    document.addEventListener('visibilitychange', wake)
    void look()
    return () => {
      abort.abort()
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', wake)
    }
  }, [id, attempt, set])

  const retry = useCallback(() => {
    setError(undefined)
    setAttempt((before) => before + 1)
  }, [])
  return { order: order?.id === id ? order : undefined, error, retry, set }
}
