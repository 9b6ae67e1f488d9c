import { withoutStack } from '@ashlar/kernel'
import { BodyTooLargeError, UnsupportedMediaTypeError } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { parseJson } from './json.ts'
import type { HttpRequest, RequestUrl } from './message.ts'
import { bodyChunks, collectBody } from './read-body.ts'
import { LazyUrl } from './request-url.ts'
import type { Target } from './target.ts'

const jsonType = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i
const otherCharset = /;\s*charset\s*=\s*"?(?!utf-?8"?\s*(?:;|$))/i

export interface RequestLimits {
  readonly signal: AbortSignal
  readonly draining: AbortSignal
  readonly bodyBytes: number
}

/** A request on the wire. The query and the body are read when they are asked for. */
export class IncomingRequest implements HttpRequest {
  readonly method: string
  readonly url: RequestUrl
  readonly headers: HttpRequest['headers']
  params?: Readonly<Record<string, string>>
  route?: string
  readonly signal: AbortSignal
  readonly draining: AbortSignal
  readonly #exchange: Exchange
  readonly #bodyBytes: number
  #body: Promise<Buffer> | undefined

  constructor(exchange: Exchange, target: Target, options: RequestLimits) {
    this.#exchange = exchange
    this.#bodyBytes = options.bodyBytes
    this.method = exchange.method
    this.url = new LazyUrl(target)
    this.headers = exchange.headers
    this.signal = options.signal
    this.draining = options.draining
  }

  get remoteAddress(): string {
    return this.#exchange.remoteAddress
  }

  body(maxBytes: number = this.#bodyBytes): Promise<Buffer> {
    return (this.#body ??= this.#read(maxBytes))
  }

  chunks(maxBytes: number = this.#bodyBytes): AsyncIterable<Buffer> {
    if (this.#body !== undefined) throw new TypeError('chunks: the body has been asked for already')
    // From here on, nobody else gets it.
    this.#body = Promise.reject(new TypeError('body: the body is being read in pieces'))
    this.#body.catch(() => {})
    this.#begin(maxBytes)
    return bodyChunks(this.#exchange, maxBytes)
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
    this.#begin(maxBytes)
    return collectBody(this.#exchange, maxBytes)
  }

  /** Refuses a body that is declared too large, and else lets the client send it. */
  #begin(maxBytes: number): void {
    const declaredBytes = Number(this.headers['content-length'] ?? 0)
    if (declaredBytes > maxBytes) throw withoutStack(() => new BodyTooLargeError({ limitBytes: maxBytes }))
    this.#exchange.goOn()
  }
}

function unsupported(message: string): UnsupportedMediaTypeError {
  return withoutStack(() => new UnsupportedMediaTypeError(message))
}
