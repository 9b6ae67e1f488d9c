import type { LogRules } from '@ashlar/telemetry/logs'
import { adminConfig } from './admin/admin-config.ts'
import { integer, port, string } from './config-fields.ts'
import type { ConfigField } from './config.ts'
import { accessLog, logRules } from './log-config.ts'
import { telemetryConfig, type TelemetryConfig } from './telemetry/telemetry-config.ts'

/** What every service can be told. */
export type CommonConfig = TelemetryConfig & {
  readonly PORT: number
  readonly HOST: string
  readonly DRAIN_DELAY_MS: number
  readonly SHED_LAG_MS: number
  readonly ADMIN_KEY: string
  readonly ADMIN_PORT: number
  readonly DIAGNOSTICS_DIR: string
  readonly LOG: LogRules
  readonly ACCESS_LOG: number
}

/** How it is read. Operators are shown it in this order. */
export function commonConfig(service: string): {
  readonly [Name in keyof CommonConfig]: ConfigField<CommonConfig[Name]>
} {
  return {
    PORT: port({ default: 0 }),
    HOST: string({ default: '127.0.0.1' }),
    // Load balancers need this long to notice that readiness says no.
    DRAIN_DELAY_MS: integer({ min: 0, max: 60_000, default: 0 }),
    // How late the event loop may be, for five seconds, before new requests are refused; 0: they never are.
    SHED_LAG_MS: integer({ min: 0, max: 60_000, default: 500 }),
    ...adminConfig,
    // Where heap snapshots and CPU profiles go; empty: where the system keeps temporary files. They hold secrets, so not
    // a directory that anything is served from.
    DIAGNOSTICS_DIR: string({ default: '' }),
    LOG: logRules(service),
    ACCESS_LOG: accessLog,
    ...telemetryConfig,
  }
}
