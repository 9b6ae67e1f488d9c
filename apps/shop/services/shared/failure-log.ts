import { toEdgeError } from '@ashlar/kernel'
import { shopEdge } from './edge.ts'
import type { Log } from './log.ts'

/**
 * Logs what a procedure threw: a refusal is the customer's business and stays out of the log, a fault is ours. The
 * caller of an unknown error is told nothing, so this line is the only place that says what it was.
 */
export function failureLog(log: Log): (error: unknown, procedure: string) => void {
  return (error, procedure) => {
    const { http } = toEdgeError(error, shopEdge)
    if (http === 503 || http === 504) log.warn({ err: error, procedure }, 'request not served')
    else if (http >= 500) log.error({ err: error, procedure }, 'request failed')
  }
}
