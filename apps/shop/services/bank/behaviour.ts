import { sleep, type Clock } from '@ashlar/kernel'
import { BankOutOfOrderError } from './errors.ts'

/**
 * How the bank behaves towards merchants. `error` fails before anything is done; `error-after` does the work and then
 * fails, which is the nasty case; `hang` does nothing and never answers.
 */
export const bankModes = ['normal', 'decline', 'error', 'error-after', 'hang'] as const
export type BankMode = (typeof bankModes)[number]

export interface BankBehaviour {
  readonly mode: BankMode
  /** Added before every answer. */
  readonly delayMs: number
  /** Of a hundred requests so many, evenly spread, meet the mode; the others meet a normal bank. @default 100 */
  readonly percent?: number
}

/** What the work itself has to know of the bank's mood. */
export interface Mood {
  readonly declineAll: boolean
}

/** The bank's moods: what `PUT /behaviour` sets. Kept in memory, so a restarted bank behaves. */
export class Misbehaviour {
  readonly #clock: Clock
  #behaviour: BankBehaviour = { mode: 'normal', delayMs: 0 }
  #percentDue = 0
  /** Merchants' requests since it started, those included that it did nothing about. */
  requests = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get current(): BankBehaviour {
    return this.#behaviour
  }

  set(behaviour: BankBehaviour): void {
    this.#behaviour = behaviour
  }

  /**
   * Runs a merchant's request in the mood that the bank was in when it came.
   * @param gone aborts when the client has gone away: what ends a hanging request.
   */
  async run<T>(gone: AbortSignal, work: (mood: Mood) => Promise<T>): Promise<T> {
    this.requests++
    const { delayMs } = this.#behaviour
    const mode = this.#nextMode()
    if (delayMs > 0) await sleep(this.#clock, delayMs, { signal: gone })
    if (mode === 'error') throw new BankOutOfOrderError()
    if (mode === 'hang') await aborted(gone)
    const result = await work({ declineAll: mode === 'decline' })
    if (mode === 'error-after') throw new BankOutOfOrderError()
    return result
  }

  #nextMode(): BankMode {
    const { mode, percent = 100 } = this.#behaviour
    this.#percentDue += percent
    if (this.#percentDue < 100) return 'normal'
    this.#percentDue -= 100
    return mode
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
