import type { HttpHandler } from '@ashlar/http'
import { toEdgeError, type Clock, type EdgeTable } from '@ashlar/kernel'
import { levelRank, type LogLevels } from './log-levels.ts'
import type { Logger } from './logger.ts'

export interface AccessLogOptions {
  readonly edge: EdgeTable
  readonly log: Logger
  readonly levels: LogLevels
  readonly clock: Clock
}

/** Logs a line for each request while the service's level is debug; at other levels costs a comparison. */
export function withAccessLog(handler: HttpHandler, { edge, log, levels, clock }: AccessLogOptions): HttpHandler {
  const { threshold } = levels
  const logged: HttpHandler = async (request) => {
    const startedMs = clock.now()
    const done = (status: number): void => {
      const durationMs = Math.round((clock.now() - startedMs) * 100) / 100
      log.debug({ method: request.method, path: request.url.path, status, durationMs }, 'request')
    }
    try {
      const response = await handler(request)
      done(response.status)
      return response
    } catch (error) {
      done(toEdgeError(error, edge).http)
      throw error
    }
  }
  return (request) => (levelRank.debug >= threshold.rank ? logged(request) : handler(request))
}
