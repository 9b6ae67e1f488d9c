import {
  constants,
  performServerHandshake,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerSessionOptions,
} from 'node:http2'
import { timerWheel, type Timer } from '@ashlar/kernel'
import { clientGone, type Connection } from '../connections.ts'
import type { HttpLimits } from '../limits.ts'
import { serve } from '../serve.ts'
import type { Shell } from '../shell.ts'
import { Http2Exchange } from './http2-exchange.ts'

const { NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM } = constants

// How long a client has to close its end after it has been sent everything, before it is closed for it.
const lingerMs = 1_000

/**
 * Serves HTTP/2 on a connection that begins with its preface. The platform's session refuses what breaks the protocol
 * and what floods it: resets, settings, pings, continuations, empty frames. What is added are the shell's limits.
 */
export function serveHttp2(shell: Shell, connection: Connection): void {
  const session = performServerHandshake(connection.socket, sessionOptions(shell.limits))
  const streams = new Streams(shell, connection, session)
  // Without a client that reads there is nobody to answer. The session hears of neither by itself.
  connection.socket.once('end', () => session.destroy()).once('close', () => session.destroy())
  // A session that fails has closed its connection by itself.
  session.on('error', () => {})
  session.on('stream', (stream, headers) => streams.take(stream, headers))
  connection.onDrain = () => streams.close()
}

function sessionOptions({ concurrentStreams, headerBytes }: Required<HttpLimits>): ServerSessionOptions {
  return {
    settings: { maxConcurrentStreams: concurrentStreams, maxHeaderListSize: headerBytes },
    // The size bounds them: each counts for 32 bytes more than it has.
    maxHeaderListPairs: Math.ceil(headerBytes / 32),
    maxSessionInvalidFrames: 100,
  }
}

/** The streams of one connection, and how long it may be without any. */
class Streams {
  readonly #shell: Shell
  readonly #connection: Connection
  readonly #session: ServerHttp2Session
  /** Handlers that have not ended; those of streams that the client has reset count too. */
  #handling = 0
  #isClosing = false
  #idle: Timer

  constructor(shell: Shell, connection: Connection, session: ServerHttp2Session) {
    const handler: Shell['handler'] = async (request) => {
      this.#handling++
      try {
        return await shell.handler(request)
      } finally {
        this.#handling--
      }
    }
    this.#shell = { ...shell, handler }
    this.#connection = connection
    this.#session = session
    this.#idle = this.#after(shell.limits.headersTimeoutMs, () => this.close())
    connection.gone.addEventListener('abort', () => this.#idle.cancel(), { once: true })
  }

  take(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const { limits } = this.#shell
    // A stream that is reset by either side; its signal tells whoever needs to know.
    stream.on('error', () => {})
    if (this.#handling >= limits.concurrentStreams) {
      stream.close(NGHTTP2_REFUSED_STREAM)
      return
    }
    const gone = new AbortController()
    const cancel = (): void => stream.close(NGHTTP2_CANCEL)
    const bodyTimer = stream.endAfterHeaders ? undefined : this.#after(limits.requestTimeoutMs, cancel)
    stream.setTimeout(limits.idleTimeoutMs, cancel)
    stream.once('end', () => bodyTimer?.cancel())
    stream.once('close', () => {
      bodyTimer?.cancel()
      gone.abort(clientGone())
      this.#ended()
    })
    this.#idle.cancel()
    this.#connection.running++
    const exchange = new Http2Exchange(stream, headers, this.#connection.socket.remoteAddress ?? '')
    void serve(this.#shell, exchange, gone.signal)
  }

  /** Tells the client to begin nothing more here; the connection closes when the last stream has ended. */
  close(): void {
    if (this.#isClosing) return
    this.#isClosing = true
    this.#session.close()
    if (this.#connection.running === 0) this.#linger()
  }

  #ended(): void {
    this.#connection.running--
    if (this.#connection.running > 0) return
    if (this.#isClosing) this.#linger()
    else if (!this.#connection.gone.aborted) {
      this.#idle = this.#after(this.#shell.limits.keepAliveTimeoutMs, () => this.close())
    }
  }

  /** The session ends its side of the connection by itself; the client may not end the other. */
  #linger(): void {
    const { socket } = this.#connection
    const cutAfter = (delayMs: number): void => {
      this.#idle.cancel()
      this.#idle = this.#after(delayMs, () => socket.destroy())
    }
    // Answers may still be on their way to a client that reads slowly.
    cutAfter(this.#shell.limits.idleTimeoutMs)
    socket.once('finish', () => cutAfter(lingerMs))
  }

  #after(delayMs: number, run: () => void): Timer {
    const { clock } = this.#shell
    return timerWheel(clock).at(clock.now() + delayMs, run)
  }
}
