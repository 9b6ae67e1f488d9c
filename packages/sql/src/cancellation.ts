import { connect } from 'node:net'
import type { Clock } from '@ashlar/kernel'

/** Which session of which server to interrupt. */
export interface BackendKey {
  readonly host: string
  readonly port: number
  readonly processId: number
  readonly secretKey: number
}

const answerWithinMs = 1_000

/**
 * Asks the server to stop what the session is doing. Resolves when the server has passed the word on, or cannot: what
 * is sent to the session after that is not hit by it. Never rejects.
 */
export function requestCancel(key: BackendKey, clock: Clock): Promise<void> {
  const request = Buffer.alloc(16)
  request.writeInt32BE(16, 0)
  request.writeInt32BE(80_877_102, 4)
  request.writeInt32BE(key.processId, 8)
  request.writeInt32BE(key.secretKey, 12)
  return new Promise((resolve) => {
    const socket = connect(key.port, key.host)
    const timer = clock.timer(answerWithinMs, () => void socket.destroy(), { background: true })
    // One that does not arrive changes nothing: its effect is asked for again, or the session broken off.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      timer.cancel()
      resolve()
    })
    // The server says nothing and closes when it is done; reading is how one learns of that.
    socket.resume()
    socket.end(request)
  })
}

/** A statement that has been sent and not answered. */
export interface Sent {
  unwanted: boolean
}

/**
 * Stops statements that nobody waits for any more. The server knows no other way than to interrupt what the session is
 * doing at the moment, so a statement's turn is waited for, and nothing new is sent while the word is on its way.
 */
export class Canceller {
  readonly #sent = new Set<Sent>()
  readonly #request: () => Promise<void>
  readonly #clock: Clock
  #underWay: Promise<void> | undefined
  #unwanted = 0

  constructor(request: () => Promise<void>, clock: Clock) {
    this.#request = request
    this.#clock = clock
  }

  /** To be awaited before anything is sent. */
  get underWay(): Promise<void> | undefined {
    return this.#underWay
  }

  sent(): Sent {
    const sent = { unwanted: false }
    this.#sent.add(sent)
    return sent
  }

  answered(sent: Sent): void {
    this.#sent.delete(sent)
    if (sent.unwanted) this.#unwanted--
    if (this.#unwanted > 0) this.#interrupt(1)
  }

  stop(sent: Sent): void {
    if (sent.unwanted || !this.#sent.has(sent)) return
    sent.unwanted = true
    this.#unwanted++
    this.#interrupt(1)
  }

  #interrupt(attempt: number): void {
    if (this.#underWay !== undefined) return
    const [current] = this.#sent
    if (current === undefined || !current.unwanted) return
    this.#underWay = this.#request().then(() => {
      this.#underWay = undefined
      // Stopped, and meanwhile perhaps the turn of another that is not wanted.
      if (!this.#sent.has(current)) return this.#interrupt(1)
      // A word that came before the server had begun with the statement was lost.
      const again = (): void => {
        if (this.#sent.has(current)) this.#interrupt(attempt + 1)
      }
      this.#clock.timer(Math.min(1_000, 10 * 2 ** attempt), again, { background: true })
    })
  }
}
