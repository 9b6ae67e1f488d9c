import { AshlarError, unreachableRow, withoutStack, type EdgeRow } from '@ashlar/kernel'

/** Redis cannot be reached, refuses all work for now, or the connection was lost. */
export class UnavailableError extends AshlarError {
  readonly code = 'ASHLAR_REDIS_UNAVAILABLE' as const
  readonly retryable = true
  /** `host:port` */
  readonly server: string
  /** Whether the command had been sent, so that it may or may not have taken effect. */
  readonly mayHaveRun: boolean

  constructor(server: string, message: string, options: ErrorOptions & { mayHaveRun?: boolean } = {}) {
    super(message, options)
    this.server = server
    this.mayHaveRun = options.mayHaveRun ?? false
  }
}

/** So many commands wait for their answers that no more may. */
export class BusyError extends AshlarError {
  readonly code = 'ASHLAR_REDIS_BUSY' as const
  readonly retryable = true
}

/** The URL, the password, the rights or what is installed is wrong: nothing will work until somebody corrects it. */
export class RedisConfigError extends AshlarError {
  readonly code = 'ASHLAR_REDIS_CONFIG' as const
  readonly retryable = false
}

/** A script ended in an error, or answered something that is not a list of numbers. What it wrote before, stays. */
export class ScriptFailedError extends AshlarError {
  readonly code = 'ASHLAR_REDIS_SCRIPT_FAILED' as const
  readonly retryable = false
  readonly script: string

  constructor(script: string, what: string, options?: ErrorOptions) {
    super(`script "${script}" failed: ${what}`, options)
    this.script = script
  }
}

/** Redis refused a command for any other reason. */
export class CommandFailedError extends AshlarError {
  readonly code = 'ASHLAR_REDIS_COMMAND_FAILED' as const
  readonly retryable = false
  readonly command: string

  constructor(command: string, what: string, options?: ErrorOptions) {
    super(`${command} failed: ${what}`, options)
    this.command = command
  }
}

/** What callers are told of this package's errors. Those that are absent are internal. */
export const redisEdgeRows: Readonly<Record<string, EdgeRow>> = {
  ASHLAR_REDIS_UNAVAILABLE: unreachableRow,
  ASHLAR_REDIS_BUSY: unreachableRow,
}

/** A refusal because nothing is connected, or not any more; cheap, since there may be many. */
export function unavailable(server: string, message: string): UnavailableError {
  return withoutStack(() => new UnavailableError(server, message))
}

/** A refusal because the limit is reached; cheap as well. */
export function busy(server: string, inFlight: number): BusyError {
  return withoutStack(() => new BusyError(`${inFlight} commands wait for an answer of Redis at ${server} already`))
}
