import type { HttpHandler } from '@ashlar/http'
import type { Action, Clock, Closeable, EdgeTable, Random } from '@ashlar/kernel'
import type { ConfigOf, ConfigSpec } from './config.ts'
import type { HealthCheck } from './health.ts'
import type { Logger } from './logger.ts'

/** What a service is given to start with. */
export interface ServiceContext<Config> {
  readonly name: string
  readonly config: Config
  readonly log: Logger
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
  /** The dependencies without which the service cannot do its work. */
  readonly checks?: Readonly<Record<string, HealthCheck>>
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
