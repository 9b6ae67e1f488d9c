export {
  ActionFailedError,
  AlreadyRunningError,
  ConfigUnreadableError,
  NotRunningError,
  PortUnavailableError,
  PrepareFailedError,
  ServiceStartError,
  StartTimeoutError,
  TopologyInvalidError,
  UsageError,
} from './errors.ts'
export type { Environment } from './environment.ts'
export type { LogLine } from './log-line.ts'
export type { EmbeddedServer, StartServer } from './postgres-process.ts'
export type { ServiceReport } from './state-file.ts'
export { topology, type PrepareSpec, type ServiceSpec, type Topology } from './topology.ts'
export { up, type RunningTopology, type UpOptions } from './up.ts'
