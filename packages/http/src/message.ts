import type { IncomingHttpHeaders } from 'node:http'
import type { StatusName } from '@ashlar/kernel'

/** Where a request is addressed to. */
export interface RequestUrl {
  /**
   * As sent, percent-encoding kept: begins with `/`, and holds no dot segment, empty segment, backslash, NUL or
   * encoded slash, so that what is routed is what a backend would resolve.
   */
  readonly path: string
  readonly query: URLSearchParams
}

/** A request as a handler sees it. */
export interface HttpRequest {
  /** In capitals, as sent. */
  readonly method: string
  readonly url: RequestUrl
  /** Names in lower case. */
  readonly headers: Readonly<IncomingHttpHeaders>
  /** What the router took from the path; set by the router. */
  params?: Readonly<Record<string, string>>
  /**
   * What the path was matched with, such as `/orders/:id`; set by the router, for those who watch the server. Never the
   * path itself: each route is counted by itself.
   */
  route?: string
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal
  /** Aborts when the server begins to drain: an answer that has no end of its own should come to one. */
  readonly draining: AbortSignal
  /** The address at the other end of the connection, which may be a proxy's. */
  readonly remoteAddress: string
  /**
   * The whole body. The first call reads it; later ones return the same bytes.
   * @param maxBytes how much this handler takes. @default the server's `bodyBytes`
   * @throws {BodyTooLargeError} as soon as it is known, without reading the rest.
   */
  body(maxBytes?: number): Promise<Buffer>
  /**
   * The body in place of `body()`, as it arrives and no faster than it is read. Whatever its encoding: it is not decoded.
   * @param maxBytes how much this handler takes. @default the server's `bodyBytes`
   * @throws {BodyTooLargeError} before or while it is read, as soon as it is known.
   */
  chunks(maxBytes?: number): AsyncIterable<Buffer>
  /**
   * The body as JSON.
   * @throws {UnsupportedMediaTypeError} unless it is declared as JSON.
   * @throws {MalformedJsonError} naming the place, never the content.
   */
  json(): Promise<unknown>
}

/** What a handler answers. */
export interface HttpResponse {
  readonly status: number
  /** Names in lower case. `content-length` is set by the server for bodies of known length. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /**
   * An iterable is sent as it comes, no faster than the client reads, and is ended early when the client goes away. The
   * head goes out with its first piece; what it throws before is answered like what the handler throws.
   */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>
  /** Asked for when the body has ended: fields that follow it. Over HTTP/1.1 the body is then sent in chunks. */
  readonly trailers?: () => Readonly<Record<string, string>>
  /** Not sent: why the answer is a failure, for those who watch the server. `problemResponse` says it. */
  readonly failure?: { readonly error: unknown; readonly status: StatusName }
}

export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>
