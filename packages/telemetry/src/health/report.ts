export interface CheckReport {
  readonly status: 'up' | 'down'
  readonly critical: boolean
  readonly durationMs: number
  /** Of the error, whose message stays in the log. */
  readonly code?: string
}

/**
 * Whether requests should be sent here, and if not, why: a critical check fails, the service is about to stop or was
 * told to hold back, or its event loop has been late for too long.
 */
export type Readiness = 'up' | 'down' | 'draining' | 'overloaded'

export interface HealthReport {
  /**
   * `unhealthy` when requests should not be sent here, for whatever reason; `degraded` when they should, and something
   * fails that it can do without.
   */
  readonly status: 'healthy' | 'degraded' | 'unhealthy'
  readonly readiness: Readiness
  readonly service: string
  readonly version: string
  readonly uptimeMs: number
  readonly checks: Readonly<Record<string, CheckReport>>
}

/** What a check cannot be called: the report has these already. */
export const takenNames: ReadonlySet<string> = new Set([
  'status',
  'readiness',
  'service',
  'version',
  'uptimeMs',
  'checks',
])

/** The report as `/health` tells it: each dependency's word beside the overall one, then the rest. */
export function documentOf({ status, ...rest }: HealthReport): Record<string, unknown> {
  const words = Object.entries(rest.checks).map(([name, check]) => [
    name,
    check.status === 'up' ? 'healthy' : 'unhealthy',
  ])
  return { status, ...Object.fromEntries(words), ...rest }
}
