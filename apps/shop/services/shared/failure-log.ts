import { hasCode, toEdgeError } from '@ashlar/kernel'
import { shopEdge } from './edge.ts'
import type { Log } from './log.ts'

/**
 * Logs what a procedure threw: a refusal is the customer's business and stays out of the log, a fault is ours. The
 * caller of an unknown error is told nothing, so this line is the only place that says what it was.
 *
 * What an open circuit refuses leaves no line here, because there is much of it and it is to be quick: the circuit has
 * told that it opened, and the access log that a request was refused.
 */
export function failureLog(log: Log): (error: unknown, procedure: string) => void {
  return (error, procedure) => {
    if (isOfOpenCircuit(error)) return
    const { http } = toEdgeError(error, shopEdge)
    if (http === 503 || http === 504) log.warn({ err: error, procedure }, 'request not served')
    else if (http >= 500) log.error({ err: error, procedure }, 'request failed')
  }
}

function isOfOpenCircuit(error: unknown): boolean {
  return isRefusal(error) || (error instanceof Error && isRefusal(error.cause))
}

const isRefusal = (error: unknown): boolean => hasCode(error, 'ASHLAR_BREAKER_OPEN')
