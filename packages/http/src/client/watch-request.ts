import { orAborted, parentSpanId, type CallContext, type Clock, type TraceContext } from '@ashlar/kernel'
import type { HttpClientResponse } from './client-response.ts'
import { clientRequest } from './events.ts'

/** A request as it is told of. */
export interface WatchedRequest {
  readonly peer: string
  readonly method: string
  /** The one that goes over the wire. */
  readonly trace: TraceContext
  /** What asks. */
  readonly call: CallContext
  readonly clock: Clock
}

/** Sends a request, and reports what came of it. */
export async function watchRequest(
  { peer, method, trace, call, clock }: WatchedRequest,
  send: () => Promise<HttpClientResponse>,
): Promise<HttpClientResponse> {
  const startedMs = clock.now()
  let status: number | undefined
  let error: unknown
  try {
    // One that waits for a connection when its call is over is heard of again only when its turn comes.
    const response = await orAborted(send(), call.signal)
    status = response.status
    if (status >= 500) error = String(status)
    return response
  } catch (thrown) {
    // A text that was thrown could be anything; text in an event is a code.
    error = thrown instanceof Error ? thrown : typeof thrown
    throw thrown
  } finally {
    clientRequest.publish({
      name: `${method} ${peer}`,
      peer,
      method,
      status,
      attempt: call.attempt,
      durationMs: clock.now() - startedMs,
      trace,
      parentSpanId: parentSpanId(call.trace),
      error,
    })
  }
}
