import { problemResponse, type HttpHandler } from '@ashlar/http'
import { edgeTable, withoutStack } from '@ashlar/kernel'
import { OverloadedError, overloadEdgeRows } from './errors.ts'
import { requestShed } from './events.ts'
import type { LoopWatch } from './loop-watch.ts'

// A little longer than the process takes to notice that it has recovered.
const retryAfterMs = 3_000

const edge = edgeTable(overloadEdgeRows)

/**
 * Answers 503 with `Retry-After` while the process is overloaded, without beginning the work: what is in flight can then
 * come to its end. Answered, not thrown: a line in the log for each would be work that makes it worse.
 */
export function withShedding(handler: HttpHandler, loop: Pick<LoopWatch, 'isOverloaded'>): HttpHandler {
  return (request) => (loop.isOverloaded ? shed(request.method) : handler(request))
}

async function shed(method: string): ReturnType<HttpHandler> {
  if (requestShed.hasSubscribers) requestShed.publish({ method })
  return problemResponse(
    withoutStack(() => new OverloadedError({ retryAfterMs })),
    edge,
  )
}
