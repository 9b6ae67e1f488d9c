import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import type { Readable, Writable } from 'node:stream'
import type { RequestWatch } from './request-watch.ts'

/** Header fields that follow a body. */
export type Trailers = Readonly<Record<string, string>>

/** One request and its answer on the wire, whichever protocol carries them. */
export interface Exchange {
  readonly method: string
  /** The request's target, as sent. */
  readonly target: string
  /** Names in lower case, none of them a pseudo-header's. */
  readonly headers: Readonly<IncomingHttpHeaders>
  readonly remoteAddress: string
  /** The body as it arrives. */
  readonly incoming: Readable
  /** Whether a body that came to its end broke off there: streams of HTTP/2 end either way. */
  readonly isBodyCut: boolean
  /** Where the answer's body goes. */
  readonly outgoing: Writable
  readonly isHeadSent: boolean
  /** `undefined` when nobody listens. */
  watch: RequestWatch | undefined
  /** @throws {BadRequestError} for what the platform's parser lets pass although it can be read in two ways. */
  refuseAmbiguous(): void
  /** Lets a client that waits for leave send its body. */
  goOn(): void
  /** @param hasTrailers whether `end` will be given some. */
  writeHead(status: number, headers: OutgoingHttpHeaders, hasTrailers: boolean): void
  /** Ends the answer; what the client still sends is thrown away. */
  end(last?: string | Uint8Array, trailers?: Trailers): void
  /** Breaks off, so that nobody takes what went out for the whole. */
  cut(): void
}
