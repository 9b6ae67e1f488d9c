import type { HttpHandler } from '@ashlar/http'
import type { Action, Clock, Closeable, EdgeTable, HealthCheck, Random } from '@ashlar/kernel'
import type { Logger } from '@ashlar/telemetry/logs'
import type { MetricRegistry } from '@ashlar/telemetry/metrics'
import type { Tracer } from '@ashlar/telemetry/traces'
import type { ConfigOf, ConfigSpec } from './config.ts'

/** What a service is given to start with. */
export interface ServiceContext<Config> {
  readonly name: string
  readonly config: Config
  readonly log: Logger
  /** For what the service counts itself, beside what is counted of every service. */
  readonly metrics: MetricRegistry
  /** For spans of its own, and to know which are kept; `span()` of `@ashlar/telemetry/traces` goes to the same. */
  readonly tracer: Tracer
  readonly clock: Clock
  readonly random: Random
  /** Registers what to undo at the end, last registered first, after the parts; also when starting fails. */
  readonly onStop: (run: () => void | Promise<void>) => void
}

/** What a service consists of once it has started. */
export interface ServiceParts {
  readonly handler: HttpHandler
  /** Decides what callers are told about errors. */
  readonly edge: EdgeTable
  /** The dependencies that its health tells of; without the critical ones it asks to be sent nothing. */
  readonly checks?: readonly HealthCheck[]
  /** What operators can do to it, besides what they can do to every service. */
  readonly actions?: readonly Action[]
  /** In the order in which they were started. Closed in reverse, after the server. */
  readonly parts: readonly Closeable[]
}

export interface ServiceDefinition<S extends ConfigSpec> {
  /** Lower case; names the service in logs and in its health. */
  readonly name: string
  /** @default 'dev' */
  readonly version?: string
  readonly config: S
  start(context: ServiceContext<ConfigOf<S>>): Promise<ServiceParts>
}

/** Defines a service: what it must be told, and how it starts. Starts nothing. */
export function service<const S extends ConfigSpec>(definition: ServiceDefinition<S>): ServiceDefinition<S> {
  return definition
}
