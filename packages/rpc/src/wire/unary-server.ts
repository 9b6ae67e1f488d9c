import { create, type DescMethodUnary, type Message } from '@bufbuild/protobuf'
import { createHash, timingSafeEqual } from 'node:crypto'
import {
  InvalidInputError,
  runCall,
  systemClock,
  toEdgeError,
  statusRows,
  wasRetried,
  type CallContext,
  type Clock,
  type EdgeTable,
} from '@ashlar/kernel'
import type { HttpHandler, HttpRequest, HttpResponse } from '@ashlar/http'
import { RpcUnauthenticatedError, RpcUnimplementedError } from '../errors.ts'
import { encodeError } from './error-codec.ts'
import { callOptions, contentTypes, formatOf, single, type WireFormat } from './headers.ts'
import { decodeMessage, encodeMessage } from './message-codec.ts'

/** A unary procedure and what runs it. Untyped here; `implement` is the typed way to make one. */
export interface Procedure {
  readonly method: DescMethodUnary
  readonly run: (request: Message, call: CallContext) => Promise<Record<string, unknown>>
}

export interface UnaryServerOptions {
  /** Decides what callers see of errors. */
  readonly edge: EdgeTable
  /**
   * When given, callers must send it in `ashlar-mesh-key`, and others are refused. Without one anybody may call, and
   * nobody is believed who they say they are: the principal and tenant of a call are ignored.
   */
  readonly meshKey?: string | undefined
  /** Largest request message, in bytes. @default 4_194_304 */
  readonly maxRequestBytes?: number | undefined
  /** Told of every error that a procedure throws, before the caller is. */
  readonly onError?: ((error: unknown, procedure: string) => void) | undefined
  readonly clock?: Clock
}

/**
 * Serves unary procedures by the Connect protocol (JSON and binary) at `/package.Service/Method`.
 *
 * The call's deadline and principal come from the caller; the signal aborts when the caller goes away. Anything a
 * procedure throws is answered as the edge table says, with the error's code in a google.rpc.ErrorInfo detail.
 * Source: https://connectrpc.com/docs/protocol, "Unary request". Compression is not spoken: a compressed request is
 * answered `unimplemented`, as the protocol allows.
 */
export function unaryHandler(procedures: readonly Procedure[], options: UnaryServerOptions): HttpHandler {
  const byPath = new Map(procedures.map((procedure) => [pathOf(procedure.method), procedure]))
  const checkMember = memberCheck(options.meshKey)
  return async (request) => {
    const procedure = byPath.get(request.url.path)
    if (procedure !== undefined) request.route = request.url.path
    try {
      checkMember(request)
      if (procedure === undefined) throw new RpcUnimplementedError(`there is no procedure ${request.url.path}`)
      const format = checkProtocol(request)
      if (typeof format === 'object') return format
      return await serve(procedure, request, format, options)
    } catch (error) {
      options.onError?.(error, request.url.path)
      return errorAnswer(error, options.edge)
    }
  }
}

/** The path of a method: `/package.Service/Method`. */
export function pathOf(method: DescMethodUnary): string {
  return `/${method.parent.typeName}/${method.name}`
}

async function serve(
  { method, run }: Procedure,
  request: HttpRequest,
  format: WireFormat,
  options: UnaryServerOptions,
): Promise<HttpResponse> {
  const { clock = systemClock, maxRequestBytes = 4_194_304 } = options
  const given = callOptions(request.headers)
  const believed = options.meshKey === undefined ? { ...given, principal: undefined, tenant: undefined } : given
  const bytes = await request.body(maxRequestBytes)
  const message = decodeMessage(method.input, bytes, format)
  // The deadline starts when the message is there; the shell's own call context brings trace and signal.
  return runCall({ ...believed, clock }, async (call) => {
    const answer = create(method.output, await run(message, call))
    return {
      status: 200,
      headers: { 'content-type': contentTypes[format] },
      body: encodeMessage(method.output, answer, format),
    }
  })
}

/** The request's format, or the answer to one that is not a unary Connect request. */
function checkProtocol(request: HttpRequest): WireFormat | HttpResponse {
  if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST' } }
  const format = formatOf(single(request.headers, 'content-type'))
  if (format === undefined) return { status: 415, headers: { 'accept-post': Object.values(contentTypes).join(', ') } }
  const version = single(request.headers, 'connect-protocol-version')
  if (version !== undefined && version !== '1') {
    throw new InvalidInputError([{ path: 'connect-protocol-version', message: 'must be "1"' }])
  }
  const encoding = single(request.headers, 'content-encoding')
  if (encoding !== undefined && encoding !== 'identity') {
    throw new RpcUnimplementedError(`content-encoding "${encoding}" is not supported; send identity`)
  }
  return format
}

function errorAnswer(error: unknown, table: EdgeTable): HttpResponse {
  const edge = toEdgeError(error, table)
  return {
    // The protocol fixes the HTTP status per code, whatever a REST edge would choose.
    status: statusRows[edge.status].http,
    headers: { 'content-type': contentTypes.json, 'cache-control': 'no-store' },
    body: JSON.stringify(encodeError({ ...edge, isRetried: wasRetried(error) })),
    failure: { error, status: edge.status },
  }
}

/** Compares digests, so that neither the key's length nor its bytes show in the time taken. */
function memberCheck(meshKey: string | undefined): (request: HttpRequest) => void {
  if (meshKey === undefined) return () => {}
  const expected = digest(meshKey)
  return (request) => {
    const given = single(request.headers, 'ashlar-mesh-key')
    if (given === undefined || !timingSafeEqual(digest(given), expected)) throw new RpcUnauthenticatedError()
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
