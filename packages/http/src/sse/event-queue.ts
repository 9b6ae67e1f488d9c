/** What becomes of events that a client is too slow for. */
export type SseOverflow = 'wait' | 'drop-oldest' | 'disconnect'

/** Formatted events that wait for their client to read, within a bound. */
export class EventQueue {
  readonly #maxBytes: number
  #waiting: Buffer[] = []
  #bytes = 0
  #dropped = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Whether more waits than may. One event alone may always wait, however large. */
  get isFull(): boolean {
    return this.#bytes > this.#maxBytes && this.#waiting.length > 1
  }

  push(text: string): void {
    const bytes = Buffer.from(text)
    this.#waiting.push(bytes)
    this.#bytes += bytes.length
  }

  /** Makes room by forgetting the oldest. */
  dropOldest(): void {
    let count = 0
    while (this.#bytes > this.#maxBytes && this.#waiting.length - count > 1) {
      this.#bytes -= (this.#waiting[count++] as Buffer).length
    }
    this.#waiting.splice(0, count)
    this.#dropped += count
  }

  /** Everything that waits, behind word of what was dropped; `undefined` when there is nothing. */
  take(): Buffer | undefined {
    if (this.#waiting.length === 0) return undefined
    const told = this.#dropped === 0 ? [] : [Buffer.from(`event: dropped\ndata: ${this.#dropped}\n\n`)]
    const taken = Buffer.concat([...told, ...this.#waiting])
    this.clear()
    return taken
  }

  clear(): void {
    this.#waiting = []
    this.#bytes = 0
    this.#dropped = 0
  }
}
