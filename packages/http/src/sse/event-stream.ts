import { timerWheel, type Clock, type Timer } from '@ashlar/kernel'
import { EventQueue, type SseOverflow } from './event-queue.ts'
import { formatEvent, retryLine, type SseEvent } from './format-event.ts'

export interface EventStreamOptions {
  readonly heartbeatMs: number
  readonly retryMs: number
  readonly maxBufferBytes: number
  readonly overflow: SseOverflow
  readonly draining: AbortSignal
  readonly clock: Clock
}

const done: IteratorResult<Uint8Array> = { done: true, value: undefined }

/**
 * A source's events as the body of an answer. Reads ahead of its client as far as the queue allows.
 *
 * No generator: one that waits for the source could not be ended until the source has something to say.
 */
export class EventStream implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  readonly #source: AsyncIterable<SseEvent>
  readonly #options: EventStreamOptions
  readonly #queue: EventQueue
  readonly #onDrain = (): void => this.#finish(`${retryLine(this.#options.retryMs)}\n`)
  #iterator: AsyncIterator<SseEvent> | undefined
  #isOver = false
  #failure: { readonly error: unknown } | undefined
  /** The reader, when it waits. */
  #settle: ((result: Promise<IteratorResult<Uint8Array>>) => void) | undefined
  #heartbeat: Timer | undefined
  /** The source, when it waits for room. */
  #resume: (() => void) | undefined

  constructor(source: AsyncIterable<SseEvent>, options: EventStreamOptions) {
    this.#source = source
    this.#options = options
    this.#queue = new EventQueue(options.maxBufferBytes)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#iterator === undefined && !this.#isOver) this.#begin()
    return (
      this.#ready() ??
      new Promise((resolve) => {
        this.#settle = resolve
        const { clock, heartbeatMs } = this.#options
        this.#heartbeat = timerWheel(clock).at(clock.now() + heartbeatMs, () => {
          this.#queue.push(':\n\n')
          this.#deliver()
        })
      })
    )
  }

  /** The client has gone, or its connection is over. */
  return(): Promise<IteratorResult<Uint8Array>> {
    this.#queue.clear()
    this.#finish('')
    return Promise.resolve(done)
  }

  #begin(): void {
    const { draining, retryMs } = this.#options
    this.#iterator = this.#source[Symbol.asyncIterator]()
    // Tells the client at once that it is connected.
    this.#queue.push(`${retryLine(retryMs)}\n`)
    if (draining.aborted) this.#onDrain()
    else {
      draining.addEventListener('abort', this.#onDrain, { once: true })
      void this.#pump(this.#iterator)
    }
  }

  async #pump(iterator: AsyncIterator<SseEvent>): Promise<void> {
    try {
      while (!this.#isOver) {
        const next = await iterator.next()
        if (this.#isOver) return
        if (next.done === true) this.#finish('')
        else await this.#offer(formatEvent(next.value))
      }
    } catch (error) {
      if (this.#isOver) return
      this.#failure = { error }
      this.#finish('')
    }
  }

  /** Queues an event; a promise when the source has to wait. */
  #offer(text: string): Promise<void> | undefined {
    this.#queue.push(text)
    this.#deliver()
    if (!this.#queue.isFull) return undefined
    const { overflow } = this.#options
    if (overflow === 'wait') return new Promise((resolve) => (this.#resume = resolve))
    if (overflow === 'drop-oldest') this.#queue.dropOldest()
    else void this.return()
    return undefined
  }

  /** Says nothing more after `last`, and lets go of the source. */
  #finish(last: string): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#options.draining.removeEventListener('abort', this.#onDrain)
    if (last !== '') this.#queue.push(last)
    this.#resume?.()
    this.#deliver()
    // Not awaited: a generator that waits for something ends only when that comes.
    void Promise.resolve(this.#iterator?.return?.()).catch(() => {})
  }

  /** What there is to send, or that there is no more. */
  #ready(): Promise<IteratorResult<Uint8Array>> | undefined {
    const value = this.#queue.take()
    if (value !== undefined) {
      this.#resume?.()
      this.#resume = undefined
      return Promise.resolve({ done: false, value })
    }
    if (!this.#isOver) return undefined
    return this.#failure === undefined ? Promise.resolve(done) : Promise.reject(this.#failure.error)
  }

  #deliver(): void {
    if (this.#settle === undefined) return
    const ready = this.#ready()
    if (ready === undefined) return
    this.#heartbeat?.cancel()
    this.#settle(ready)
    this.#settle = undefined
  }
}
