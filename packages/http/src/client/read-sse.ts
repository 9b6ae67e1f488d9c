import { withoutStack } from '@ashlar/kernel'
import { HttpEventTooLargeError } from './errors.ts'

/** An event as it came. */
export interface SseMessage {
  /** @default 'message' */
  readonly event: string
  readonly data: string
  /** The last id that was sent, with this event or an earlier one; empty when there was none. */
  readonly lastEventId: string
  /** How long to wait before coming back, as the server last said. */
  readonly retryMs: number | undefined
}

export interface ReadSseOptions {
  /** Characters of one event, or of one line, at the most. @default 1_048_576 */
  readonly maxEventChars?: number
}

/**
 * Reads the events of a body. Skips comments and what it does not know; an event that breaks off at the end is none.
 *
 * Source: WHATWG HTML, "Server-sent events", 9.2.6. Differs: an event has a largest size.
 * @throws {HttpEventTooLargeError}
 */
export async function* readSse(
  chunks: AsyncIterable<Uint8Array>,
  { maxEventChars = 1_048_576 }: ReadSseOptions = {},
): AsyncGenerator<SseMessage> {
  const lines = new Lines(maxEventChars)
  const events = new Events(maxEventChars)
  for await (const chunk of chunks) {
    for (const line of lines.of(chunk)) {
      const message = events.take(line)
      if (message !== undefined) yield message
    }
  }
}

/** Lines that end in CR, LF or both, wherever the pieces that they come in begin. */
class Lines {
  readonly #maxChars: number
  readonly #decoder = new TextDecoder()
  #rest: string[] = []
  #restChars = 0
  #isAfterCr = false

  constructor(maxChars: number) {
    this.#maxChars = maxChars
  }

  *of(chunk: Uint8Array): Generator<string> {
    let text = this.#decoder.decode(chunk, { stream: true })
    if (text === '') return
    if (this.#isAfterCr && text.startsWith('\n')) text = text.slice(1)
    this.#isAfterCr = text === '' || text.endsWith('\r')
    const pieces = text.split(/\r\n|\r|\n/)
    const last = pieces.pop() as string
    for (const piece of pieces) {
      const line = this.#rest.length === 0 ? piece : this.#rest.join('') + piece
      this.#rest = []
      this.#restChars = 0
      yield line
    }
    this.#restChars += last.length
    if (this.#restChars > this.#maxChars) throw tooLarge(this.#maxChars)
    if (last !== '') this.#rest.push(last)
  }
}

/** What the lines of an event add up to. */
class Events {
  readonly #maxChars: number
  #data: string[] = []
  #chars = 0
  #event = ''
  #lastEventId = ''
  #retryMs: number | undefined

  constructor(maxChars: number) {
    this.#maxChars = maxChars
  }

  take(line: string): SseMessage | undefined {
    if (line === '') return this.#dispatch()
    this.#chars += line.length
    if (this.#chars > this.#maxChars) throw tooLarge(this.#maxChars)
    const colon = line.indexOf(':')
    const name = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (name === 'data') this.#data.push(value)
    else if (name === 'event') this.#event = value
    else if (name === 'id' && !value.includes('\0')) this.#lastEventId = value
    else if (name === 'retry' && /^\d{1,15}$/.test(value)) this.#retryMs = Number(value)
    return undefined
  }

  #dispatch(): SseMessage | undefined {
    const data = this.#data
    const event = this.#event === '' ? 'message' : this.#event
    this.#data = []
    this.#chars = 0
    this.#event = ''
    if (data.length === 0) return undefined
    return { event, data: data.join('\n'), lastEventId: this.#lastEventId, retryMs: this.#retryMs }
  }
}

function tooLarge(limitChars: number): HttpEventTooLargeError {
  return withoutStack(() => new HttpEventTooLargeError({ limitChars }))
}
