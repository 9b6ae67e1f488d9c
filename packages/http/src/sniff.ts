import { timerWheel, type Clock } from '@ashlar/kernel'
import type { Connection } from './connections.ts'

/** What every HTTP/2 connection begins with. Source: RFC 9113, section 3.4. */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

/** Who takes connections on, by the protocol that the client speaks. */
export interface Protocols {
  http1(connection: Connection): void
  http2(connection: Connection): void
}

/**
 * Finds out by its first bytes which protocol a client speaks, and hands the connection on with nothing of it lost. A
 * client that has not said enough in time is cut off.
 *
 * Costs HTTP/1.1 one look at the first piece of a connection, and nothing after that.
 */
export function sniff(connection: Connection, timing: { clock: Clock; timeoutMs: number }, to: Protocols): void {
  const { socket } = connection
  const { clock, timeoutMs } = timing
  let first: Buffer = Buffer.alloc(0)
  const giveUp = (): void => {
    stop()
    socket.destroy()
  }
  const stop = (): void => {
    timer.cancel()
    socket.off('data', onData).off('end', giveUp).off('close', stop)
  }
  const onData = (chunk: Buffer): void => {
    first = first.length === 0 ? chunk : Buffer.concat([first, chunk])
    const length = Math.min(first.length, preface.length)
    const isPreface = first.compare(preface, 0, length, 0, length) === 0
    if (isPreface && length < preface.length) return
    stop()
    if (isPreface) {
      // A session takes what lies in a stopped socket, and all that follows straight from the platform.
      socket.pause()
      socket.unshift(first)
      to.http2(connection)
    } else {
      to.http1(connection)
      socket.unshift(first)
    }
  }
  const timer = timerWheel(clock).at(clock.now() + timeoutMs, giveUp)
  socket.on('data', onData).on('end', giveUp).on('close', stop)
}
