import { create, fromBinary, toBinary, type DescMethodUnary, type DescService, type Message } from '@bufbuild/protobuf'
import { hasCode, remainingMs, runCall, withoutStack, type CallContext, type Clock } from '@ashlar/kernel'
import type { HttpClient, HttpUnreachableError } from '@ashlar/http/client'
import { RpcUnreachableError, type Client } from '@ashlar/rpc'
import { contentTypes, decodeError, pathOf } from '@ashlar/rpc/wire'
import type { Send } from './virtual-http.ts'

export interface VirtualClientOptions {
  /** The callee's name, for errors. */
  readonly name: string
  readonly send: Send
  readonly clock: Clock
  readonly timeoutMs: number
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>
}

/** A client of a service as `createClient` makes it, over the virtual network instead of sockets: the same bytes. */
export function virtualClient<S extends DescService>(service: S, options: VirtualClientOptions): Client<S> {
  const methods = service.methods.map((method) => [
    method.localName,
    (request: Record<string, unknown>, call: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
      runCall(
        { timeoutMs: call.timeoutMs ?? options.timeoutMs, signal: call.signal, clock: options.clock },
        (context) => ask(method as DescMethodUnary, create(method.input, request), context, options),
      ),
  ])
  return Object.assign(Object.fromEntries(methods), { [Symbol.asyncDispose]: async () => {} }) as Client<S>
}

async function ask(
  method: DescMethodUnary,
  request: Message,
  call: CallContext,
  { name, send, clock, headers }: VirtualClientOptions,
): Promise<Message> {
  const path = pathOf(method)
  const leftMs = remainingMs(call, clock)
  const sent = {
    ...headers,
    'content-type': contentTypes.binary,
    ...(leftMs !== undefined && { 'connect-timeout-ms': String(Math.max(1, Math.floor(leftMs))) }),
    ...(call.principal && {
      'ashlar-principal': Buffer.from(JSON.stringify(call.principal)).toString('base64url'),
    }),
  }
  const body = toBinary(method.input, request)
  const answer = await send({ method: 'POST', path, headers: sent, body }, call.signal).catch((error: unknown) => {
    if (!hasCode(error, 'ASHLAR_HTTP_UNREACHABLE')) throw error
    const { reason } = error as HttpUnreachableError
    throw withoutStack(() => new RpcUnreachableError({ service: name, reason }, { cause: error }))
  })
  if (answer.status === 200) return fromBinary(method.output, answer.body)
  throw decodeError({ httpStatus: answer.status, body: answer.body, procedure: path.slice(1) })
}

/** A client of an HTTP interface as `createHttpClient` makes it, over the virtual network. */
export function virtualHttpClient({ send, clock, timeoutMs, headers }: VirtualClientOptions): HttpClient {
  return {
    request: ({ method, path, json, headers: own, timeoutMs: ownMs, signal }) =>
      runCall({ timeoutMs: ownMs ?? timeoutMs, signal, clock }, (call) => {
        const body = json === undefined ? null : JSON.stringify(json)
        return send({ method, path, headers: { ...headers, ...own }, body }, call.signal)
      }),
    async [Symbol.asyncDispose]() {},
  }
}
