import { codeOf, runCall, sleep, type Clock } from '@ashlar/kernel'
import type { Chance } from './chance.ts'
import type { RunHistory } from './history.ts'

export interface AskerOptions {
  readonly name: string
  readonly userId: string
  readonly roles: readonly string[]
  readonly chance: Chance
  readonly clock: Clock
  readonly history: RunHistory
}

/** What came of asking: an answer, or the code of a refusal or of a failure that leaves open what was done. */
export type Answer<T> = { readonly value: T; readonly code?: never } | { readonly value?: never; readonly code: string }

/** Somebody who asks the shop for something, and writes down what they asked and what came of it. */
export class Asker {
  readonly #options: AskerOptions

  constructor(options: AskerOptions) {
    this.#options = options
  }

  async ask<T>(what: string, facts: object, timeoutMs: number, work: () => Promise<T>): Promise<Answer<T>> {
    const { name, userId: subject, roles, clock, history } = this.#options
    history.add(name, what, facts)
    try {
      return { value: await runCall({ parent: null, principal: { subject, roles }, timeoutMs, clock }, work) }
    } catch (error) {
      history.add(name, `${what}: no`, { error })
      return { code: codeOf(error) ?? 'none' }
    }
  }

  /** Waits for the next moment at which everybody does who waits for one. */
  untilRush(everyMs: number): Promise<void> {
    const { clock } = this.#options
    return sleep(clock, everyMs - (clock.now() % everyMs))
  }

  pause(minMs: number, maxMs: number): Promise<void> {
    const { clock, chance } = this.#options
    return sleep(clock, chance.between(minMs, maxMs))
  }
}
