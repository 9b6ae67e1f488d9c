import type { HttpHandler } from '@ashlar/http'
import { currentCall, toEdgeError, type Clock, type EdgeTable } from '@ashlar/kernel'
import { TraceDecision } from '../traces/trace-decision.ts'
import { levelRank, type LogLevels } from './log-levels.ts'
import type { Logger } from './logger.ts'

export interface AccessLogOptions {
  /** Of the requests that went well one in so many leaves a line. 1: all of them; 0: none, nor does any other. */
  readonly oneIn: number
  /** A request that took so long leaves a line, in milliseconds. */
  readonly slowMs: number
  readonly edge: EdgeTable
  readonly log: Logger
  readonly levels: LogLevels
  readonly clock: Clock
}

/**
 * Logs a line at level info for each request that failed (500 and above) or was slow, and for one in N of the others:
 * those of the same traces in every service, and of those that tracers with the same N keep. The rest are lines at level
 * debug. At higher levels it costs a comparison.
 *
 * Callers choose trace ids, so who wants to can have every request of theirs logged; no more than that.
 * @throws {RangeError} naming the option that is not a number within its bounds.
 */
export function withAccessLog(handler: HttpHandler, options: AccessLogOptions): HttpHandler {
  const { oneIn, slowMs, edge, log, levels, clock } = options
  if (!Number.isInteger(oneIn) || oneIn < 0) {
    throw new RangeError(`access log: oneIn must be an integer of 0 or more, got ${oneIn}`)
  }
  if (oneIn === 0) return handler
  const { threshold } = levels
  const sample = new TraceDecision({ slowMs, keepOneIn: oneIn, maxForcedPerSecond: 0, clock })
  const done = ({ method, url }: Parameters<HttpHandler>[0], status: number, startedMs: number): void => {
    const tookMs = clock.now() - startedMs
    const trace = currentCall()?.trace
    const isTold = status >= 500 || tookMs >= slowMs || (trace !== undefined && sample.isOneInN(trace.traceId))
    if (!isTold && levelRank.debug < threshold.rank) return
    const fields = { method, path: url.path, status, durationMs: Math.round(tookMs * 100) / 100 }
    if (isTold) log.info(fields, 'request')
    else log.debug(fields, 'request')
  }
  const logged: HttpHandler = async (request) => {
    const startedMs = clock.now()
    try {
      const response = await handler(request)
      done(request, response.status, startedMs)
      return response
    } catch (error) {
      done(request, toEdgeError(error, edge).http, startedMs)
      throw error
    }
  }
  return (request) => (levelRank.info >= threshold.rank ? logged(request) : handler(request))
}
