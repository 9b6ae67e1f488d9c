import type { IncomingMessage, ServerResponse } from 'node:http'
import { CancelledError, withoutStack } from '@ashlar/kernel'
import { BodyTooLargeError, UnsupportedMediaTypeError } from './errors.ts'
import { parseJson } from './json.ts'
import type { HttpRequest, RequestUrl } from './message.ts'
import type { Target } from './target.ts'

const jsonType = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i
const otherCharset = /;\s*charset\s*=\s*"?(?!utf-?8"?\s*(?:;|$))/i

/** A request over `node:http`. The query and the body are read when they are asked for. */
export class IncomingRequest implements HttpRequest {
  readonly method: string
  readonly url: RequestUrl
  readonly headers: IncomingMessage['headers']
  params?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly #message: IncomingMessage
  readonly #response: ServerResponse
  readonly #bodyBytes: number
  #body: Promise<Buffer> | undefined

  constructor(
    exchange: { message: IncomingMessage; response: ServerResponse },
    target: Target,
    options: { signal: AbortSignal; bodyBytes: number },
  ) {
    this.#message = exchange.message
    this.#response = exchange.response
    this.#bodyBytes = options.bodyBytes
    this.method = exchange.message.method ?? ''
    this.url = new LazyUrl(target)
    this.headers = exchange.message.headers
    this.signal = options.signal
  }

  get remoteAddress(): string {
    return this.#message.socket.remoteAddress ?? ''
  }

  body(maxBytes: number = this.#bodyBytes): Promise<Buffer> {
    return (this.#body ??= this.#read(maxBytes))
  }

  async json(): Promise<unknown> {
    const type = this.headers['content-type'] ?? ''
    if (!jsonType.test(type) || otherCharset.test(type)) {
      throw unsupported('the body must be JSON in UTF-8, declared as content-type: application/json')
    }
    return parseJson(await this.body())
  }

  async #read(maxBytes: number): Promise<Buffer> {
    const encoding = this.headers['content-encoding']
    if (encoding !== undefined && encoding !== 'identity')
      throw unsupported('encoded bodies are not read here; send it plain')
    const declaredBytes = Number(this.headers['content-length'] ?? 0)
    if (declaredBytes > maxBytes) throw tooLarge(maxBytes)
    if (isWaitingToSend(this.#message)) {
      toldToGoOn.add(this.#message)
      this.#response.writeContinue()
    }
    return collect(this.#message, maxBytes)
  }
}

const toldToGoOn = new WeakSet<IncomingMessage>()

/** Whether the client holds its body back, because it has not been told to go on. */
export function isWaitingToSend(message: IncomingMessage): boolean {
  return message.headers.expect?.toLowerCase() === '100-continue' && !toldToGoOn.has(message)
}

class LazyUrl implements RequestUrl {
  readonly path: string
  readonly #search: string
  #query: URLSearchParams | undefined

  constructor(target: Target) {
    this.path = target.path
    this.#search = target.search
  }

  get query(): URLSearchParams {
    return (this.#query ??= new URLSearchParams(this.#search))
  }
}

function collect(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const settle = (act: () => void): void => {
      message.off('data', onData).off('end', onEnd).off('close', onClose)
      act()
    }
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      if (size <= maxBytes) chunks.push(chunk)
      else {
        message.pause()
        settle(() => reject(tooLarge(maxBytes)))
      }
    }
    const onEnd = (): void => settle(() => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
    const onClose = (): void =>
      settle(() => reject(withoutStack(() => new CancelledError('the client went away while sending its body'))))
    if (message.destroyed) onClose()
    else message.on('data', onData).on('end', onEnd).on('close', onClose)
  })
}

function tooLarge(limitBytes: number): BodyTooLargeError {
  return withoutStack(() => new BodyTooLargeError({ limitBytes }))
}

function unsupported(message: string): UnsupportedMediaTypeError {
  return withoutStack(() => new UnsupportedMediaTypeError(message))
}
