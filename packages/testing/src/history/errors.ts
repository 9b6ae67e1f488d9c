import { AshlarError } from '@ashlar/kernel'

/** The history holds as many operations as it was made for. */
export class HistoryFullError extends AshlarError {
  readonly code = 'ASHLAR_TESTING_HISTORY_FULL' as const
  readonly retryable = false
  readonly maxOperations: number

  constructor(maxOperations: number) {
    super(`the history holds ${maxOperations} operations already; raise maxOperations if that is meant`)
    this.maxOperations = maxOperations
  }
}
