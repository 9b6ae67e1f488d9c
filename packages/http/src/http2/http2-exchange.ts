import { validateHeaderName, validateHeaderValue, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import { constants, type IncomingHttpHeaders as Http2Headers, type ServerHttp2Stream } from 'node:http2'
import { withoutStack } from '@ashlar/kernel'
import { BadRequestError } from '../errors.ts'
import type { Exchange, Trailers } from '../exchange.ts'
import type { RequestWatch } from '../request-watch.ts'

// What HTTP/2 says in frames, and forbids as fields. Source: RFC 9113, section 8.2.2.
const connectionHeaders = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])

/** A request and its answer on a stream of an HTTP/2 connection. */
export class Http2Exchange implements Exchange {
  readonly method: string
  readonly target: string
  readonly headers: IncomingHttpHeaders
  readonly remoteAddress: string
  readonly incoming: ServerHttp2Stream
  watch: RequestWatch | undefined = undefined
  readonly #authority: string | undefined

  constructor(stream: ServerHttp2Stream, headers: Http2Headers, remoteAddress: string) {
    const { ':method': method, ':path': path, ':authority': authority, ':scheme': _, ...fields } = headers
    this.incoming = stream
    this.method = method ?? ''
    this.target = path ?? ''
    this.remoteAddress = remoteAddress
    this.#authority = authority
    this.headers = authority === undefined || fields.host !== undefined ? fields : { ...fields, host: authority }
  }

  get outgoing(): ServerHttp2Stream {
    return this.incoming
  }

  get isBodyCut(): boolean {
    return this.incoming.aborted || (this.incoming.rstCode ?? 0) !== 0
  }

  get isHeadSent(): boolean {
    return this.incoming.headersSent
  }

  refuseAmbiguous(): void {
    const { host } = this.headers
    if (host === undefined) throw withoutStack(() => new BadRequestError('the request names no host'))
    if (this.#authority !== undefined && this.#authority !== host) {
      throw withoutStack(() => new BadRequestError('the request names two hosts'))
    }
  }

  goOn(): void {
    if (this.headers.expect?.toLowerCase() === '100-continue') {
      this.incoming.additionalHeaders({ ':status': constants.HTTP_STATUS_CONTINUE })
    }
  }

  writeHead(status: number, headers: OutgoingHttpHeaders, hasTrailers: boolean): void {
    const fields: OutgoingHttpHeaders = { ':status': status }
    for (const [name, value] of Object.entries(headers)) {
      if (value === undefined || connectionHeaders.has(name)) continue
      validateHeaderName(name)
      for (const one of Array.isArray(value) ? value : [value]) validateHeaderValue(name, String(one))
      fields[name] = value
    }
    this.incoming.respond(fields, { waitForTrailers: hasTrailers })
  }

  end(last?: string | Uint8Array, trailers?: Trailers): void {
    const stream = this.incoming
    if (trailers !== undefined) stream.once('wantTrailers', () => stream.sendTrailers(trailers))
    // The answer stands; the client need not go on sending a body that nobody reads. RFC 9113, section 8.1.
    stream.once('finish', () => {
      if (stream.readableEnded || stream.endAfterHeaders) return
      stream.close(constants.NGHTTP2_NO_ERROR)
      // It closes when what has arrived has been read.
      stream.resume()
    })
    stream.end(last)
  }

  cut(): void {
    this.incoming.close(constants.NGHTTP2_INTERNAL_ERROR)
  }
}
