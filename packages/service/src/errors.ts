import { AshlarError, type Issue } from '@ashlar/kernel'

/** The environment does not say what the service needs to know. Lists every mistake, each on a line of its own. */
export class ConfigError extends AshlarError {
  readonly code = 'ASHLAR_CONFIG_INVALID' as const
  readonly retryable = false
  /** The path of each is the variable's name. */
  readonly issues: readonly Issue[]

  constructor(issues: readonly Issue[]) {
    super(`these settings are not usable:${issues.map(({ path, message }) => `\n  ${path} ${message}`).join('')}`)
    this.issues = issues
  }
}
