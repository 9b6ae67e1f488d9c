import {
  childTrace,
  newTrace,
  parseTraceparent,
  runCall,
  toEdgeError,
  type CallContext,
  type TraceContext,
} from '@ashlar/kernel'
import type { Exchange } from './exchange.ts'
import { IncomingRequest } from './incoming-request.ts'
import type { HttpResponse } from './message.ts'
import { serverRequest } from './events.ts'
import { problemResponse } from './problem.ts'
import { RequestWatch } from './request-watch.ts'
import { send } from './send.ts'
import type { Shell } from './shell.ts'
import { parseTarget } from './target.ts'

/** Runs one request as a call and answers it, come what may. */
export async function serve(shell: Shell, exchange: Exchange, gone: AbortSignal): Promise<void> {
  try {
    await asCall(shell, exchange, gone, (call) => answer(shell, exchange, call))
  } catch {
    // Cancelled: there is nobody left to answer.
    exchange.cut()
  }
  exchange.watch?.end(exchange.method, exchange.isHeadSent)
}

/**
 * Runs what is done for a request as a call of its own, in the caller's trace, which ends when the client goes away.
 * Watched where somebody listens; whoever asked for it says when it has ended.
 */
export function asCall(
  shell: Shell,
  exchange: Exchange,
  gone: AbortSignal,
  work: (call: CallContext) => Promise<void>,
): Promise<void> {
  const { headers } = exchange
  const caller = parseTraceparent(
    headers['traceparent'] as string | undefined,
    headers['tracestate'] as string | undefined,
  )
  const trace = caller === undefined ? begunTrace(shell, exchange) : childTrace(caller)
  if (serverRequest.hasSubscribers) exchange.watch = new RequestWatch(shell.clock, trace, caller)
  return runCall({ parent: null, trace, signal: gone, clock: shell.clock }, work)
}

function begunTrace({ keepsTrace }: Shell, exchange: Exchange): TraceContext {
  const trace = newTrace()
  return keepsTrace?.(exchange) === true ? { ...trace, sampled: true } : trace
}

/** Answers with what callers may know about an error, and reports it where it is ours. */
export async function refuse(shell: Shell, exchange: Exchange, call: CallContext, error: unknown): Promise<void> {
  const reply = refusal(shell, exchange, call, error)
  exchange.watch?.answered(reply)
  await send(exchange, reply, shellHeaders(call), call.signal)
}

async function answer(shell: Shell, exchange: Exchange, call: CallContext): Promise<void> {
  const reply = await outcome(shell, exchange, call)
  exchange.watch?.answered(reply)
  try {
    await send(exchange, reply, shellHeaders(call), call.signal)
  } catch (error) {
    if (call.signal.aborted) return
    if (!exchange.isHeadSent) {
      await refuse(shell, exchange, call, error)
      return
    }
    report(shell, exchange, error, reply.status)
    exchange.watch?.failed(error)
    exchange.cut()
  }
}

async function outcome(shell: Shell, exchange: Exchange, call: CallContext): Promise<HttpResponse> {
  const { signal } = call
  const { limits, connections } = shell
  try {
    exchange.refuseAmbiguous()
    const target = parseTarget(exchange.target, limits.targetBytes)
    const { bodyBytes } = limits
    const request = new IncomingRequest(exchange, target, { signal, draining: connections.draining, bodyBytes })
    exchange.watch?.given(request)
    return await shell.handler(request)
  } catch (error) {
    return refusal(shell, exchange, call, error)
  }
}

function refusal(shell: Shell, exchange: Exchange, { signal }: CallContext, error: unknown): HttpResponse {
  const { http } = toEdgeError(error, shell.edge)
  if (http >= 500 && !signal.aborted) report(shell, exchange, error, http)
  return problemResponse(error, shell.edge)
}

/** Tells whoever operates the server; callers learn nothing. */
export function report(shell: Shell, { method, target }: Exchange, error: unknown, status: number): void {
  shell.onError?.(error, { method, path: target.split('?', 1)[0] as string, status })
}

/** People quote the trace id to support, whatever the answer was. */
function shellHeaders(call: CallContext): Record<string, string> {
  return { 'x-trace-id': call.trace.traceId }
}
