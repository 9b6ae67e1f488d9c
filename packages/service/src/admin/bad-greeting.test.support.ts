import { AshlarError, edgeTable, statusRows, type EdgeTable } from '@ashlar/kernel'

/** An error that a service knows, with its row. */
export class BadGreetingError extends AshlarError {
  readonly code = 'TEST_BAD_GREETING' as const
  readonly retryable = false

  constructor() {
    super('nobody says that')
  }
}

export const greetingEdge: EdgeTable = edgeTable({ TEST_BAD_GREETING: statusRows.already_exists })
