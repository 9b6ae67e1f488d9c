import { AshlarError, type Issue } from '@ashlar/kernel'

/** The command line is wrong. */
export class UsageError extends AshlarError {
  readonly code = 'ASHLAR_HOST_USAGE' as const
  readonly retryable = false
}

/** What the command is about does not run. */
export class NotRunningError extends AshlarError {
  readonly code = 'ASHLAR_HOST_NOT_RUNNING' as const
  readonly retryable = true
}

/** An action was refused, or did not succeed; the message is the service's. */
export class ActionFailedError extends AshlarError {
  readonly code = 'ASHLAR_HOST_ACTION_FAILED' as const
  readonly retryable = false
}

/** There is no topology to run, or it cannot be read. */
export class ConfigUnreadableError extends AshlarError {
  readonly code = 'ASHLAR_HOST_CONFIG_UNREADABLE' as const
  readonly retryable = false
}

/** The topology cannot run. Says everything that is wrong with it, not only the first thing. */
export class TopologyInvalidError extends AshlarError {
  readonly code = 'ASHLAR_HOST_TOPOLOGY_INVALID' as const
  readonly retryable = false
  readonly issues: readonly Issue[]

  constructor(issues: readonly Issue[]) {
    super(`the topology cannot run:\n${issues.map(({ path, message }) => `  ${path} ${message}`).join('\n')}`)
    this.issues = issues
  }
}

/** This topology is running already, with the same data. */
export class AlreadyRunningError extends AshlarError {
  readonly code = 'ASHLAR_HOST_ALREADY_RUNNING' as const
  readonly retryable = true
  readonly pid: number

  constructor(running: { readonly pid: number; readonly url: string | undefined }) {
    const where = running.url === undefined ? '' : ` at ${running.url}`
    super(`already running${where} (process ${running.pid}); stop that one first, or give this one its own --directory`)
    this.pid = running.pid
  }
}

/** A port that the topology states cannot be listened on. */
export class PortUnavailableError extends AshlarError {
  readonly code = 'ASHLAR_HOST_PORT_UNAVAILABLE' as const
  readonly retryable = true
  readonly port: number

  constructor(detail: { port: number; service: string; reason: string; instead: string }, options?: ErrorOptions) {
    super(`port ${detail.port} (${detail.service}) ${detail.reason}; choose another: ${detail.instead}`, options)
    this.port = detail.port
  }
}

/** A `prepare` task did not succeed. */
export class PrepareFailedError extends AshlarError {
  readonly code = 'ASHLAR_HOST_PREPARE_FAILED' as const
  readonly retryable = false
  /** The end of what the tool printed. */
  readonly output: string

  constructor(detail: { task: string; command: readonly string[]; how: string; output: string }) {
    const said = detail.output === '' ? '' : `\n${detail.output}`
    super(`preparing ${detail.task} failed (${detail.command.join(' ')}: ${detail.how})${said}`)
    this.output = detail.output
  }
}

/** A service did not come up the first time; nothing is left running. */
export class ServiceStartError extends AshlarError {
  readonly code = 'ASHLAR_HOST_SERVICE_START' as const
  readonly retryable = false
  readonly service: string

  constructor(service: string, why: string, options?: ErrorOptions) {
    super(`${service} could not start: ${why}`, options)
    this.service = service
  }
}

/** Some services took too long to come up; nothing is left running. */
export class StartTimeoutError extends AshlarError {
  readonly code = 'ASHLAR_HOST_START_TIMEOUT' as const
  readonly retryable = true
  readonly missing: readonly string[]

  constructor(missing: readonly string[], timeoutMs: number) {
    super(`not ready after ${timeoutMs / 1000} s: ${missing.join(', ')}`)
    this.missing = missing
  }
}
