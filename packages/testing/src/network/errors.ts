import { AshlarError } from '@ashlar/kernel'

/** More messages are under way than the network holds: somebody sends without end, or nobody moves the clock. */
export class NetworkOverflowError extends AshlarError {
  readonly code = 'ASHLAR_TESTING_NETWORK_OVERFLOW' as const
  readonly retryable = false
  readonly maxInFlight: number

  constructor(maxInFlight: number) {
    super(`more than ${maxInFlight} messages are under way; raise maxInFlight if that is meant`)
    this.maxInFlight = maxInFlight
  }
}
