import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import {
  childTrace,
  newTrace,
  parseTraceparent,
  runCall,
  toEdgeError,
  withoutStack,
  type CallContext,
  type Clock,
  type EdgeTable,
} from '@ashlar/kernel'
import type { Connections } from './connections.ts'
import { BadRequestError } from './errors.ts'
import { IncomingRequest } from './incoming-request.ts'
import type { HttpLimits } from './limits.ts'
import type { HttpHandler, HttpResponse } from './message.ts'
import { problemResponse } from './problem.ts'
import { send, type Exchange } from './send.ts'
import { parseTarget } from './target.ts'

/** What is known about a request whose answer failed. */
export interface FailedRequest {
  readonly method: string
  /** Without the query, which may hold secrets. */
  readonly path: string
  readonly status: number
}

/** What all requests of a server share. */
export interface Shell {
  readonly handler: HttpHandler
  readonly edge: EdgeTable
  readonly limits: Required<HttpLimits>
  readonly onError: ((error: unknown, request: FailedRequest) => void) | undefined
  readonly clock: Clock
  readonly connections: Connections
}

/** Runs one request as a call and answers it, come what may. */
export async function serve(shell: Shell, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const caller = parseTraceparent(message.headers['traceparent'] as string | undefined)
  const trace = caller === undefined ? newTrace() : childTrace(caller)
  const signal = shell.connections.begin(message.socket, response)
  try {
    await runCall({ parent: null, trace, signal, clock: shell.clock }, (call) =>
      answer(shell, { message, response, signal: call.signal, clock: shell.clock }, call),
    )
  } catch {
    // Cancelled: there is nobody left to answer.
    response.destroy()
  }
}

async function answer(shell: Shell, exchange: Exchange, call: CallContext): Promise<void> {
  const reply = await outcome(shell, exchange)
  try {
    await send(exchange, reply, shellHeaders(shell, call))
  } catch (error) {
    if (exchange.signal.aborted) return
    if (!exchange.response.headersSent) {
      await send(exchange, refusal(shell, exchange, error), shellHeaders(shell, call))
      return
    }
    report(shell, exchange, error, reply.status)
    // The client must not take what it has for the whole.
    exchange.response.destroy()
  }
}

async function outcome(shell: Shell, exchange: Exchange): Promise<HttpResponse> {
  const { message, signal } = exchange
  try {
    refuseAmbiguous(message)
    const target = parseTarget(message.url ?? '', shell.limits.targetBytes)
    return await shell.handler(new IncomingRequest(exchange, target, { signal, bodyBytes: shell.limits.bodyBytes }))
  } catch (error) {
    return refusal(shell, exchange, error)
  }
}

function refusal(shell: Shell, exchange: Exchange, error: unknown): HttpResponse {
  const { http } = toEdgeError(error, shell.edge)
  if (http >= 500 && !exchange.signal.aborted) report(shell, exchange, error, http)
  return problemResponse(error, shell.edge)
}

function report(shell: Shell, { message }: Exchange, error: unknown, status: number): void {
  shell.onError?.(error, { method: message.method ?? '', path: (message.url ?? '').split('?', 1)[0] as string, status })
}

/** People quote the trace id to support, whatever the answer was. */
function shellHeaders(shell: Shell, call: CallContext): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { 'x-trace-id': call.trace.traceId }
  if (shell.connections.isDraining) headers['connection'] = 'close'
  return headers
}

/** Refuses what the platform's parser lets pass although it can be read in two ways. */
function refuseAmbiguous(message: IncomingMessage): void {
  let hosts = 0
  const { rawHeaders } = message
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++
  }
  if (hosts > 1) throw withoutStack(() => new BadRequestError('more than one Host header was sent'))
  if (message.httpVersionMinor === 0 && message.headers['transfer-encoding'] !== undefined) {
    throw withoutStack(() => new BadRequestError('HTTP/1.0 has no Transfer-Encoding'))
  }
}
