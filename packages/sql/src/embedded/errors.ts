import { AshlarError } from '@ashlar/kernel'

export type EmbeddedFailure =
  | 'unsupported-platform'
  | 'binaries'
  | 'directory'
  | 'in-use'
  | 'other-version'
  | 'secrets'
  | 'port-in-use'
  | 'start'

/** The embedded server cannot start; the message says what to do. */
export class EmbeddedError extends AshlarError {
  readonly code = 'ASHLAR_SQL_EMBEDDED' as const
  readonly retryable = false
  readonly failure: EmbeddedFailure

  constructor(failure: EmbeddedFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.failure = failure
  }
}
