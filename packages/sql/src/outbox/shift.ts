import { faultPoint } from '@ashlar/kernel'
import type { Failure } from './delivery.ts'
import type { StoredMessage, Turn } from './relay-source.ts'

export interface ShiftOptions {
  readonly batchItems: number
  readonly concurrency: number
  /** @returns `undefined` when the message has been taken. */
  readonly deliver: (stored: StoredMessage, until: AbortSignal) => Promise<Failure | undefined>
  /** Called when that has been recorded. */
  readonly onDelivered: (stored: StoredMessage) => void
  readonly onFailed: (stored: StoredMessage, failure: Failure) => void
  /** Called with what `next` found to be due later, and with the delay of each that failed. */
  readonly onDue: (delayMs: number) => void
}

/**
 * What a relay does during one turn: hands out messages, so many keys at a time and of each key one, fetches more when
 * hands are free, and records outcomes, together those that came while others were recorded. A key belongs to whoever
 * works on it until that is recorded, so a slow one holds up nobody else's.
 */
export class Shift {
  readonly #turn: Turn
  readonly #options: ShiftOptions
  readonly #until: AbortSignal
  /** Of each key that is fetched and not begun, its messages. */
  readonly #ready: StoredMessage[][] = []
  /** Of each key, how many messages have been fetched that are neither recorded nor given back. */
  readonly #open = new Map<string, number>()
  #delivered: StoredMessage[] = []
  #failed: { readonly stored: StoredMessage; readonly failure: Failure }[] = []
  #working = 0
  #more = true
  #leaving = false
  #ended = false
  #changed = Promise.withResolvers<void>()

  /** @param closing Aborts the handlers. */
  constructor(turn: Turn, closing: AbortSignal, options: ShiftOptions) {
    this.#turn = turn
    this.#options = options
    this.#until = AbortSignal.any([turn.signal, closing])
  }

  /** Whether it can go on after a failure. */
  get over(): boolean {
    return this.#turn.signal.aborted
  }

  /** There may be more messages than there were. @returns Whether this will see. */
  look(): boolean {
    this.#more = true
    this.#changed.resolve()
    return !this.#ended
  }

  /** Begins nothing new. */
  leave(): void {
    this.#leaving = true
    this.#changed.resolve()
  }

  /**
   * Resolves when there is nothing to do any more. Rejects when that cannot be known, or an outcome not be recorded;
   * handlers go on, and so can this, by another call, unless it is over.
   */
  async run(): Promise<void> {
    while (!this.#ended) {
      this.#changed = Promise.withResolvers()
      this.#begin()
      if (this.over) this.#forget()
      const recording = this.#delivered.length + this.#failed.length > 0
      if (recording) await this.#record()
      const fetching = this.#mayFetch()
      if (fetching) await this.#fetch()
      if (recording || fetching) continue
      if (this.#working === 0) this.#ended = true
      else await this.#changed.promise
    }
  }

  #mayFetch(): boolean {
    const { concurrency } = this.#options
    return this.#more && !this.#leaving && !this.#until.aborted && this.#working < concurrency
  }

  async #fetch(): Promise<void> {
    const { batchItems, onDue } = this.#options
    this.#more = false
    try {
      const { messages, dueInMs } = await this.#turn.next(batchItems, [...this.#open.keys()])
      for (const [key, ofKey] of Map.groupBy(messages, ({ message }) => message.key)) {
        this.#open.set(key, ofKey.length)
        this.#ready.push(ofKey)
      }
      // Others may not have fitted in.
      if (messages.length === batchItems) this.#more = true
      if (dueInMs !== undefined) onDue(dueInMs)
    } catch (error) {
      this.#more = true
      throw error
    }
  }

  // Those that are begun when nothing new may be are given back, unread.
  #begin(): void {
    while (this.#working < this.#options.concurrency) {
      const ofKey = this.#ready.shift()
      if (ofKey === undefined) return
      this.#working++
      void this.#work(ofKey)
    }
  }

  async #work(ofKey: readonly StoredMessage[]): Promise<void> {
    let done = 0
    while (done < ofKey.length && !this.#until.aborted && !this.#leaving) {
      const stored = ofKey[done] as StoredMessage
      const failure = await this.#options.deliver(stored, this.#until)
      if (failure === undefined) this.#delivered.push(stored)
      else if (!this.#until.aborted) this.#failed.push({ stored, failure })
      else break
      done++
      this.#changed.resolve()
      if (failure !== undefined) break
    }
    this.#close(ofKey.slice(done))
    this.#working--
    this.#changed.resolve()
  }

  async #record(): Promise<void> {
    const [delivered, failed] = [this.#delivered, this.#failed]
    this.#delivered = []
    this.#failed = []
    try {
      const fault = faultPoint('sql:outbox-delivered')
      if (fault !== undefined) await fault
      await this.#turn.settle(
        delivered.map(({ position }) => position),
        failed.map(({ failure }) => failure.record),
      )
    } catch (error) {
      this.#delivered.unshift(...delivered)
      this.#failed.unshift(...failed)
      throw error
    }
    this.#close(delivered)
    this.#close(failed.map(({ stored }) => stored))
    const { onDelivered, onFailed, onDue } = this.#options
    for (const stored of delivered) onDelivered(stored)
    for (const { stored, failure } of failed) {
      onFailed(stored, failure)
      if (!failure.record.parked) onDue(failure.record.delayMs)
    }
  }

  /** Those of a key that came after what was fetched of it could not be fetched before. */
  #close(messages: readonly StoredMessage[]): void {
    for (const { message } of messages) {
      const left = (this.#open.get(message.key) ?? 0) - 1
      if (left > 0) this.#open.set(message.key, left)
      else this.#open.delete(message.key)
      this.#more = true
    }
  }

  /** Whoever has the next turn does it all again. */
  #forget(): void {
    for (const stored of this.#delivered.splice(0)) this.#close([stored])
    for (const { stored } of this.#failed.splice(0)) this.#close([stored])
  }
}
