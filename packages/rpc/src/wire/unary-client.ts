import { create, type DescMethodUnary, type Message } from '@bufbuild/protobuf'
import {
  childTrace,
  hasCode,
  runCall,
  systemClock,
  withoutStack,
  type CallContext,
  type Clock,
  type Policy,
  type TraceContext,
} from '@ashlar/kernel'
import {
  createHttpTransport,
  type HttpOverloadedError,
  type HttpTransport,
  type HttpUnreachableError,
} from '@ashlar/http/client'
import { clientCall } from '../events.ts'
import { RpcOverloadedError, RpcProtocolError, RpcUnreachableError } from '../errors.ts'
import { underPolicy } from './attempts.ts'
import { decodeError } from './error-codec.ts'
import { callHeaders, contentTypes, formatOf, single, type WireFormat } from './headers.ts'
import { decodeMessage, encodeMessage } from './message-codec.ts'
import { pathOf } from './unary-server.ts'
import { watchCall } from './watch-call.ts'

export interface UnaryClientOptions {
  /** The callee's name, for errors. */
  readonly name: string
  /** `http://host:port` */
  readonly baseUrl: string
  /** How long a call may take when the caller's own deadline is not earlier. @default 5_000 */
  readonly timeoutMs?: number | undefined
  /**
   * Every call runs under it, within the call's deadline: retries, a breaker, limits. Calls are repeated only where the
   * contract's `idempotency_level` says that they may be, or nothing was sent. What the callee says of itself (unavailable,
   * internal, no answer in time) is `retryable` to the policy and counts against the callee; its other answers do not. What
   * must not be repeated has a negative `retryAfterMs`.
   */
  readonly policy?: Policy | undefined
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
   * @throws {RpcUnreachableError} {@link RpcOverloadedError} {@link RpcProtocolError}, or the policy's refusal
   */
  call(method: DescMethodUnary, request: Record<string, unknown>, options: UnaryCallOptions = {}): Promise<Message> {
    const timeoutMs = options.timeoutMs ?? this.#options.timeoutMs ?? 5_000
    const { policy } = this.#options
    const clock = this.#clock
    return runCall({ timeoutMs, signal: options.signal, clock }, async (call) => {
      // Once, and not as a part of any attempt: what cannot be encoded is not the callee's fault.
      const body = encodeMessage(method.input, create(method.input, request), this.#format)
      if (policy === undefined) return this.#send(method, body, call)
      // The policy may run it from wherever it likes; it stays part of this call.
      return underPolicy(policy, method, call, ({ signal, attempt }) =>
        runCall({ parent: call, signal, attempt: Math.max(call.attempt, attempt), clock }, (own) =>
          this.#send(method, body, own),
        ),
      )
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]()
  }

  #send(method: DescMethodUnary, body: Uint8Array | string, call: CallContext): Promise<Message> {
    const trace = childTrace(call.trace)
    if (!clientCall.hasSubscribers) return this.#exchange(method, body, call, trace)
    const service = this.#options.name
    const clock = this.#clock
    return watchCall({ service, method, trace, call, clock }, () => this.#exchange(method, body, call, trace))
  }

  async #exchange(
    method: DescMethodUnary,
    body: Uint8Array | string,
    call: CallContext,
    trace: TraceContext,
  ): Promise<Message> {
    const path = pathOf(method)
    const headers = callHeaders(call, trace, this.#clock)
    headers['content-type'] = contentTypes[this.#format]
    headers['connect-protocol-version'] = '1'
    if (this.#options.meshKey !== undefined) headers['ashlar-mesh-key'] = this.#options.meshKey
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
    const { reason, isSent } = error as HttpUnreachableError
    return withoutStack(() => new RpcUnreachableError({ service, reason, isSent }, { cause: error }))
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
