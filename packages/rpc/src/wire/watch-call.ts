import type { DescMethodUnary, Message } from '@bufbuild/protobuf'
import {
  codeOf,
  edgeTable,
  orAborted,
  parentSpanId,
  type CallContext,
  type Clock,
  type StatusName,
  type TraceContext,
} from '@ashlar/kernel'
import { RemoteError, rpcEdgeRows } from '../errors.ts'
import { clientCall } from '../events.ts'
import { illnesses } from './attempts.ts'
import { pathOf } from './unary-server.ts'

/** A call as it is told of. */
export interface WatchedCall {
  readonly service: string
  readonly method: DescMethodUnary
  /** The one that goes over the wire. */
  readonly trace: TraceContext
  /** What calls. */
  readonly call: CallContext
  readonly clock: Clock
}

/** Sends a call, and reports what came of it. */
export async function watchCall(
  { service, method, trace, call, clock }: WatchedCall,
  send: () => Promise<Message>,
): Promise<Message> {
  const startedMs = clock.now()
  let failure: Failure = noFailure
  try {
    // One that waits for a connection when its call is over is heard of again only when its turn comes.
    return await orAborted(send(), call.signal)
  } catch (thrown) {
    failure = failureOf(thrown, call.signal.aborted)
    throw thrown
  } finally {
    clientCall.publish({
      service,
      procedure: pathOf(method).slice(1),
      status: failure.status,
      code: failure.code,
      attempt: call.attempt,
      durationMs: clock.now() - startedMs,
      trace,
      parentSpanId: parentSpanId(call.trace),
      error: failure.error,
    })
  }
}

interface Failure {
  readonly status: StatusName | 'ok'
  readonly code: string | undefined
  readonly error: unknown
}

const noFailure: Failure = { status: 'ok', code: undefined, error: undefined }
const edge = edgeTable(rpcEdgeRows)

function failureOf(thrown: unknown, isOver: boolean): Failure {
  const code = codeOf(thrown)
  if (thrown instanceof RemoteError) {
    const { status } = thrown
    return { status, code, error: illnesses.has(status) ? thrown : undefined }
  }
  const row = code === undefined ? undefined : edge.row(code)
  // A text that was thrown could be anything; text in an event is a code.
  const error = thrown instanceof Error ? thrown : typeof thrown
  return { status: row?.status ?? (isOver ? 'canceled' : 'unknown'), code, error }
}
