import { AshlarError } from '@ashlar/kernel'

/** The program could not be started, ended with a failure, or did not end in time. */
export class ProgramFailedError extends AshlarError {
  readonly code = 'ASHLAR_TESTING_PROGRAM_FAILED' as const
  readonly retryable = false
  /** The end of what it printed. */
  readonly output: string

  constructor(
    detail: { readonly command: string; readonly how: string; readonly output: string },
    options?: ErrorOptions,
  ) {
    super(`${detail.command} ${detail.how}${detail.output === '' ? '' : `\n${detail.output}`}`, options)
    this.output = detail.output
  }
}

/** The program, or its check, fails even when nobody strikes it: that says nothing about crashes. */
export class UnharmedRunError extends AshlarError {
  readonly code = 'ASHLAR_TESTING_UNHARMED_RUN' as const
  readonly retryable = false

  constructor(cause: unknown) {
    super(`the run that was left alone failed: ${messageOf(cause)}`, { cause })
  }
}

/** The program reports no point, so there is nowhere to strike. */
export class NoPointsError extends AshlarError {
  readonly code = 'ASHLAR_TESTING_NO_POINTS' as const
  readonly retryable = false

  constructor(command: string) {
    super(`${command} reported no point; call reportPoint, or print lines "ashlar:point <name>"`)
  }
}

/** What was struck at this point did not come out right. */
export class KillTrialError extends AshlarError {
  readonly code = 'ASHLAR_TESTING_KILL_TRIAL' as const
  readonly retryable = false
  readonly seed: number
  readonly point: number

  constructor(
    detail: { readonly seed: number; readonly point: number; readonly name: string | undefined; readonly how: string },
    cause: unknown,
  ) {
    const { seed, point, name, how } = detail
    const where = name === undefined ? `before point ${point}` : `${how} at point ${point} "${name}"`
    super(`${where}, seed ${seed}: ${messageOf(cause)}; again with { seed: ${seed}, points: [${point}] }`, { cause })
    this.seed = seed
    this.point = point
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
