import { Pool, type Dispatcher } from 'undici'
import { create, type DescMethodUnary, type Message } from '@bufbuild/protobuf'
import { abortReason, runCall, systemClock, withoutStack, type CallContext, type Clock } from '@ashlar/kernel'
import { RpcOverloadedError, RpcProtocolError, RpcUnreachableError } from '../errors.ts'
import { decodeError } from './error-codec.ts'
import { callHeaders, contentTypes, formatOf, type WireFormat } from './headers.ts'
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
  readonly #pool: Pool
  readonly #options: UnaryClientOptions
  readonly #format: WireFormat
  readonly #clock: Clock
  #inFlight = 0

  constructor(options: UnaryClientOptions) {
    this.#options = options
    this.#format = options.format ?? 'binary'
    this.#clock = options.clock ?? systemClock
    // The call's own deadline ends it; undici's timeouts would only end it earlier with a vaguer error. Connecting has a
    // bound of its own, because an attempt outlives the call that caused it and holds one of the connections.
    this.#pool = new Pool(options.baseUrl, {
      connections: options.maxConnections ?? 32,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: options.timeoutMs ?? 5_000 },
    })
  }

  /**
   * @throws {RemoteError} what the callee threw, by its code.
   * @throws {DeadlineExceededError} when the deadline passes; the connection is then torn down, so the callee's signal
   * aborts too.
   * @throws {RpcUnreachableError} {@link RpcOverloadedError} {@link RpcProtocolError}
   */
  async call(
    method: DescMethodUnary,
    request: Record<string, unknown>,
    options: UnaryCallOptions = {},
  ): Promise<Message> {
    const limit = this.#options.maxInFlight ?? 1_000
    if (this.#inFlight >= limit) {
      throw withoutStack(() => new RpcOverloadedError({ service: this.#options.name, limit }))
    }
    const timeoutMs = options.timeoutMs ?? this.#options.timeoutMs ?? 5_000
    return runCall({ timeoutMs, signal: options.signal, clock: this.#clock }, (call) =>
      this.#send(method, create(method.input, request), call),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy()
  }

  async #send(method: DescMethodUnary, request: Message, call: CallContext): Promise<Message> {
    const path = pathOf(method)
    const headers = callHeaders(call, this.#clock)
    headers['content-type'] = contentTypes[this.#format]
    headers['connect-protocol-version'] = '1'
    if (this.#options.meshKey !== undefined) headers['ashlar-mesh-key'] = this.#options.meshKey
    const answer = await this.#dispatch(path, headers, encodeMessage(method.input, request, this.#format), call.signal)
    if (answer.status !== 200) {
      throw decodeError({ httpStatus: answer.status, body: answer.body, procedure: path.slice(1) })
    }
    if (formatOf(answer.contentType) !== this.#format) {
      throw new RpcProtocolError(`${path.slice(1)} answered with content type ${answer.contentType ?? '(none)'}`)
    }
    try {
      return decodeMessage(method.output, answer.body, this.#format)
    } catch (cause) {
      // Not as the invalid input that it is to a callee: nobody who called us can correct what was answered here.
      throw new RpcProtocolError(`${path.slice(1)} answered with a message that cannot be read`, { cause })
    }
  }

  #dispatch(
    path: string,
    headers: Record<string, string>,
    body: Uint8Array | string,
    signal: AbortSignal,
  ): Promise<Answer> {
    this.#inFlight++
    const answer = new Promise<Answer>((resolve, reject) => {
      const collector = new AnswerCollector({
        signal,
        maxBytes: this.#options.maxResponseBytes ?? 4_194_304,
        service: this.#options.name,
        resolve,
        reject,
      })
      this.#pool.dispatch({ path, method: 'POST', headers, body }, collector)
    })
    // A call that is over while it waits for a connection stays in undici's queue until its turn comes, and counts.
    return answer.finally(() => this.#inFlight--)
  }
}

interface Answer {
  readonly status: number
  readonly contentType: string | undefined
  readonly body: Uint8Array
}

interface CollectorTarget {
  readonly signal: AbortSignal
  readonly maxBytes: number
  readonly service: string
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** Gathers one answer, within a bound, and tears the request down when the call is over before it came. */
class AnswerCollector implements Dispatcher.DispatchHandler {
  readonly #target: CollectorTarget
  readonly #onAbort = (): void => this.#controller?.abort(abortReason(this.#target.signal) as Error)
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #contentType: string | undefined
  #chunks: Buffer[] = []
  #bytes = 0

  constructor(target: CollectorTarget) {
    this.#target = target
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // Without this a call whose deadline passed while it waited for a connection would still be sent.
    if (this.#target.signal.aborted) this.#onAbort()
    else this.#target.signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#status = status
    const type = headers['content-type']
    this.#contentType = typeof type === 'string' ? type : undefined
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > this.#target.maxBytes) {
      controller.abort(new RpcProtocolError(`the answer is larger than ${this.#target.maxBytes} bytes`))
      return
    }
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.#release()
    const body = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks, this.#bytes)
    this.#target.resolve({ status: this.#status, contentType: this.#contentType, body })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#release()
    const { signal, service, reject } = this.#target
    if (signal.aborted) reject(abortReason(signal))
    else if (error instanceof RpcProtocolError) reject(error)
    else reject(withoutStack(() => new RpcUnreachableError({ service, reason: reasonOf(error) }, { cause: error })))
  }

  #release(): void {
    this.#target.signal.removeEventListener('abort', this.#onAbort)
  }
}

function reasonOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
