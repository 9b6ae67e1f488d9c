import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { withoutStack } from '@ashlar/kernel'
import { BadRequestError } from '../errors.ts'
import type { Exchange, Trailers } from '../exchange.ts'
import type { RequestWatch } from '../request-watch.ts'
import type { Shell } from '../shell.ts'

// How much longer a client is listened to that keeps sending a body nobody wants.
const lingerBytes = 1024 * 1024
const lingerMs = 1_000

/** A request and its answer over `node:http`. */
export class Http1Exchange implements Exchange {
  readonly #shell: Shell
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  watch: RequestWatch | undefined = undefined
  #isToldToGoOn = false

  constructor(shell: Shell, message: IncomingMessage, response: ServerResponse) {
    this.#shell = shell
    this.incoming = message
    this.outgoing = response
  }

  get method(): string {
    return this.incoming.method ?? ''
  }

  get target(): string {
    return this.incoming.url ?? ''
  }

  get headers(): IncomingMessage['headers'] {
    return this.incoming.headers
  }

  get remoteAddress(): string {
    return this.incoming.socket.remoteAddress ?? ''
  }

  get isBodyCut(): boolean {
    return !this.incoming.complete
  }

  get isHeadSent(): boolean {
    return this.outgoing.headersSent
  }

  refuseAmbiguous(): void {
    let hosts = 0
    const { rawHeaders } = this.incoming
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = rawHeaders[index] as string
      if (name.length === 4 && name.toLowerCase() === 'host') hosts++
    }
    if (hosts > 1) throw withoutStack(() => new BadRequestError('more than one Host header was sent'))
    if (this.incoming.httpVersionMinor === 0 && this.headers['transfer-encoding'] !== undefined) {
      throw withoutStack(() => new BadRequestError('HTTP/1.0 has no Transfer-Encoding'))
    }
  }

  goOn(): void {
    if (!this.#isWaitingToSend()) return
    this.#isToldToGoOn = true
    this.outgoing.writeContinue()
  }

  writeHead(status: number, headers: OutgoingHttpHeaders): void {
    // A body that is still arriving would be taken for the next request.
    if (!this.incoming.complete || this.#shell.connections.isDraining) headers['connection'] = 'close'
    this.outgoing.writeHead(status, headers)
  }

  end(last?: string | Uint8Array, trailers?: Trailers): void {
    const response = this.outgoing
    if (trailers !== undefined) response.addTrailers(trailers)
    if (this.incoming.complete || this.#isWaitingToSend()) {
      response.end(last)
      return
    }
    if (last === undefined) response.flushHeaders()
    else response.write(last)
    this.#endAfterBody()
  }

  cut(): void {
    this.outgoing.destroy()
  }

  /** Whether the client holds its body back, because it has not been told to go on. */
  #isWaitingToSend(): boolean {
    return this.headers.expect?.toLowerCase() === '100-continue' && !this.#isToldToGoOn
  }

  /**
   * Ends the answer when the client has sent its body, or has had long enough. Closing while its bytes arrive makes the
   * kernel reset the connection, and the client then loses an answer that it has not read yet.
   */
  #endAfterBody(): void {
    const message = this.incoming
    let leftBytes = lingerBytes
    const end = (): void => {
      timer.cancel()
      message.off('data', discard).off('end', end).off('close', end)
      this.outgoing.end()
    }
    const discard = (chunk: Buffer): void => {
      leftBytes -= chunk.length
      if (leftBytes < 0) end()
    }
    const timer = this.#shell.clock.timer(lingerMs, end, { background: true })
    message.on('data', discard).on('end', end).on('close', end).resume()
  }
}
