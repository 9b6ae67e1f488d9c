import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { isProblem } from '../api/problem.ts'
import type { Order, OrderStatus } from '../api/types.ts'

const everyMs = 1_000
const slowestMs = 30_000

/** How often an order is looked at, by what it waits for. States that it does not leave are not in here. */
const pace: Partial<Record<OrderStatus, number>> = {
  ORDER_STATUS_UNSPECIFIED: everyMs,
  ORDER_STATUS_PENDING: everyMs,
  ORDER_STATUS_RESERVED: everyMs,
  // These wait for the customer, who may be doing it elsewhere.
  ORDER_STATUS_INTERRUPTED: 5_000,
  ORDER_STATUS_CREATED: slowestMs,
  // These wait for a merchant.
  ORDER_STATUS_PAID: slowestMs,
  ORDER_STATUS_SHIPPED: slowestMs,
}

export interface FollowedOrder {
  readonly order: Order | undefined
  readonly error: unknown
  readonly retry: () => void
  /** Shows the order as an action of the page's own left it. */
  readonly change: (order: Order) => void
}

/**
 * An order, followed until nothing more will happen to it. Rests while nobody looks at the page, and slows down while
 * it fails.
 */
export function useOrder(
  id: string,
  load: (id: string, signal: AbortSignal) => Promise<Order>,
  onSeen: (order: Order) => void,
): FollowedOrder {
  const [order, setOrder] = useState<Order>()
  const [error, setError] = useState<unknown>()
  const [attempt, setAttempt] = useState(0)
  const latest = useRef({ load, onSeen })
  latest.current = { load, onSeen }

  const set = useCallback((given: Order) => {
    latest.current.onSeen(given)
    setError(undefined)
    // Answers overtake each other: a look that began before a change must not undo it.
    setOrder((known) => (known !== undefined && known.id === given.id && known.version > given.version ? known : given))
  }, [])

  useEffect(() => follow((signal) => latest.current.load(id, signal), set, setError), [id, attempt, set])

  const retry = useCallback(() => {
    setError(undefined)
    setAttempt((before) => before + 1)
  }, [])
  const change = useCallback((given: Order) => {
    set(given)
    // What it waits for has changed, and with it how often it is looked at.
    setAttempt((before) => before + 1)
  }, [])
  return { order: order?.id === id ? order : undefined, error, retry, change }
}

/** Looks at an order again and again. @returns what ends it */
function follow(
  load: (signal: AbortSignal) => Promise<Order>,
  onOrder: (order: Order) => void,
  onError: (error: unknown) => void,
): () => void {
  const abort = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let resting = false
  const look = async (): Promise<void> => {
    resting = document.hidden
    if (resting) return
    try {
      const found = await load(abort.signal)
      if (abort.signal.aborted) return
      failures = 0
      onOrder(found)
      const nextMs = pace[found.status]
      if (nextMs !== undefined) timer = setTimeout(() => void look(), nextMs)
    } catch (failure) {
      if (abort.signal.aborted) return
      onError(failure)
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
}
