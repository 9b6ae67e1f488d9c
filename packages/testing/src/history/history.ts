import { HistoryFullError } from './errors.ts'
import { formatValue, type Operation, type Outcome } from './operation.ts'

/** An operation that has begun. The first thing said about its end counts. */
export interface Invocation<Output> {
  ok(output: Output): void
  /** It certainly took no effect. */
  fail(): void
  /** Nobody knows whether it took effect. What is never said to have ended counts as this, too. */
  info(): void
}

interface About<Input> {
  readonly process: string
  readonly key: string
  readonly input: Input
}

interface Recorded<Input, Output> {
  readonly about: About<Input>
  readonly invokedAt: number
  outcome: Outcome<Output>
}

/**
 * Records what was asked and answered, in the order in which it happened, for checkers to judge. Time is logical: a
 * counter that each event moves on, so that two events are never at the same moment.
 */
export class History<Input, Output> {
  readonly #operations: Recorded<Input, Output>[] = []
  readonly #maxOperations: number
  #time = 0

  constructor(options: { /** @default 100_000 */ readonly maxOperations?: number } = {}) {
    this.#maxOperations = options.maxOperations ?? 100_000
  }

  /** @throws {HistoryFullError} when there are too many operations to keep. */
  invoke(about: About<Input>): Invocation<Output> {
    if (this.#operations.length >= this.#maxOperations) throw new HistoryFullError(this.#maxOperations)
    const operation: Recorded<Input, Output> = {
      about,
      invokedAt: ++this.#time,
      outcome: { kind: 'unknown' },
    }
    this.#operations.push(operation)
    let hasEnded = false
    const end = (outcome: () => Outcome<Output>): void => {
      if (!hasEnded) operation.outcome = outcome()
      hasEnded = true
    }
    return {
      ok: (output) => end(() => ({ kind: 'ok', at: ++this.#time, output })),
      fail: () => end(() => ({ kind: 'fail', at: ++this.#time })),
      info: () => end(() => ({ kind: 'unknown' })),
    }
  }

  /**
   * Records `work` from its start to its end, and passes its result or its error on. An error leaves the outcome unknown
   * unless `isRefusal` says that it proves that nothing was done.
   */
  async record(
    about: About<Input>,
    work: () => Promise<Output>,
    isRefusal: (error: unknown) => boolean = () => false,
  ): Promise<Output> {
    const invocation = this.invoke(about)
    try {
      const output = await work()
      invocation.ok(output)
      return output
    } catch (error) {
      if (isRefusal(error)) invocation.fail()
      else invocation.info()
      throw error
    }
  }

  /** All operations so far, in the order of invocation. */
  operations(): Operation<Input, Output>[] {
    return this.#operations.map(({ about, invokedAt, outcome }, index) => ({
      id: index + 1,
      ...about,
      invokedAt,
      outcome,
    }))
  }

  /** One line an event, in order; the same for two runs that did the same. */
  format(): string {
    const lines: string[] = []
    for (const { id, process, key, input, invokedAt, outcome } of this.operations()) {
      const what = `#${id} ${process} ${key}`
      lines[invokedAt] = `${invokedAt} ${what} invoke ${formatValue(input)}`
      if (outcome.kind === 'ok') lines[outcome.at] = `${outcome.at} ${what} ok ${formatValue(outcome.output)}`
      if (outcome.kind === 'fail') lines[outcome.at] = `${outcome.at} ${what} fail`
    }
    return lines.slice(1).join('\n')
  }
}
