import { create, type DescMethodUnary, type Message } from '@bufbuild/protobuf'
import { hasCode, runCall, systemClock, withoutStack, type CallContext, type Clock } from '@ashlar/kernel'
import {
  createHttpTransport,
  type HttpOverloadedError,
  type HttpTransport,
  type HttpUnreachableError,
} from '@ashlar/http/client'
import { RpcOverloadedError, RpcProtocolError, RpcUnreachableError } from '../errors.ts'
import { decodeError } from './error-codec.ts'
import { callHeaders, contentTypes, formatOf, single, type WireFormat } from './headers.ts'
import { decodeMessage, encodeMessage } from './message-codec.ts'
import { pathOf } from './unary-server.ts'

export interface UnaryClientOptions {
  /** The callee's name, for errors. */
  readonly name: string
  /** `http://host:port` */
  readonly baseUrl: string
  /** How long a call may take when the caller's own deadline is not earlier. @default 5_000 */
  readonly timeoutMs?: number | undefined
  /** Shows the callee that the caller belongs to the mesh. */
  readonly meshKey?: string | undefined
  /** @default 'binary' */
  readonly format?: WireFormat | undefined
  /** Connections at the most; calls beyond that wait for one. @default 32 */
  readonly maxConnections?: number | undefined
  /** Calls in flight or waiting at the most; one more is refused. @default 1_000 */
  readonly maxInFlight?: number | undefined
  /** Largest answer, in bytes. @default 4_194_304 */
  readonly maxResponseBytes?: number | undefined
  readonly clock?: Clock
}

export interface UnaryCallOptions {
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Calls unary procedures of one service by the Connect protocol, over kept-alive HTTP/1.1 connections. */
export class UnaryClient implements AsyncDisposable {
  readonly #transport: HttpTransport
  readonly #options: UnaryClientOptions
  readonly #format: WireFormat
  readonly #clock: Clock

  constructor(options: UnaryClientOptions) {
    this.#options = options
    this.#format = options.format ?? 'binary'
    this.#clock = options.clock ?? systemClock
    this.#transport = createHttpTransport({
      name: options.name,
      origin: options.baseUrl,
      connectTimeoutMs: options.timeoutMs ?? 5_000,
      maxConnections: options.maxConnections ?? 32,
      maxInFlight: options.maxInFlight ?? 1_000,
      maxResponseBytes: options.maxResponseBytes ?? 4_194_304,
    })
  }

  /**
   * @throws {RemoteError} what the callee threw, by its code.
   * @throws {DeadlineExceededError} when the deadline passes; the connection is then torn down, so the callee's signal
   * aborts too.
   * @throws {RpcUnreachableError} {@link RpcOverloadedError} {@link RpcProtocolError}
   */
  call(method: DescMethodUnary, request: Record<string, unknown>, options: UnaryCallOptions = {}): Promise<Message> {
    const timeoutMs = options.timeoutMs ?? this.#options.timeoutMs ?? 5_000
    return runCall({ timeoutMs, signal: options.signal, clock: this.#clock }, (call) =>
      this.#send(method, create(method.input, request), call),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]()
  }

  async #send(method: DescMethodUnary, request: Message, call: CallContext): Promise<Message> {
    const path = pathOf(method)
    const headers = callHeaders(call, this.#clock)
    headers['content-type'] = contentTypes[this.#format]
    headers['connect-protocol-version'] = '1'
    if (this.#options.meshKey !== undefined) headers['ashlar-mesh-key'] = this.#options.meshKey
    const body = encodeMessage(method.input, request, this.#format)
    const answer = await this.#transport
      .send({ method: 'POST', path, headers, body }, call.signal)
      .catch((error: unknown) => {
        throw translated(error, this.#options.name)
      })
    if (answer.status !== 200) {
      throw decodeError({ httpStatus: answer.status, body: answer.body, procedure: path.slice(1) })
    }
    const contentType = single(answer.headers, 'content-type')
    if (formatOf(contentType) !== this.#format) {
      throw new RpcProtocolError(`${path.slice(1)} answered with content type ${contentType ?? '(none)'}`)
    }
    try {
      return decodeMessage(method.output, answer.body, this.#format)
    } catch (cause) {
      // Not as the invalid input that it is to a callee: nobody who called us can correct what was answered here.
      throw new RpcProtocolError(`${path.slice(1)} answered with a message that cannot be read`, { cause })
    }
  }
}

/** The transport's errors, as those of a remote procedure: what carries a call is not the caller's business. */
function translated(error: unknown, service: string): unknown {
  if (hasCode(error, 'ASHLAR_HTTP_UNREACHABLE')) {
    const { reason } = error as HttpUnreachableError
    return withoutStack(() => new RpcUnreachableError({ service, reason }, { cause: error }))
  }
  if (hasCode(error, 'ASHLAR_HTTP_OVERLOADED')) {
    const { limit } = error as HttpOverloadedError
    return withoutStack(() => new RpcOverloadedError({ service, limit }))
  }
  if (hasCode(error, 'ASHLAR_HTTP_RESPONSE_TOO_LARGE') || hasCode(error, 'ASHLAR_HTTP_INVALID_RESPONSE')) {
    return new RpcProtocolError(error.message, { cause: error })
  }
  return error
}
