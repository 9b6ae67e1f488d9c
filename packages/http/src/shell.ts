import type { Clock, EdgeTable } from '@ashlar/kernel'
import type { Connections } from './connections.ts'
import type { Exchange } from './exchange.ts'
import type { HttpLimits } from './limits.ts'
import type { HttpHandler } from './message.ts'
import type { UpgradeHandler } from './upgrade-request.ts'

/** What is known about a request whose answer failed. */
export interface FailedRequest {
  readonly method: string
  /** Without the query, which may hold secrets. */
  readonly path: string
  readonly status: number
}

/** What all requests of a server share. */
export interface Shell {
  readonly handler: HttpHandler
  readonly onUpgrade: UpgradeHandler | undefined
  /** Besides the server's own. */
  readonly upgradeOrigins: readonly string[]
  readonly keepsTrace: ((request: Pick<Exchange, 'method' | 'target'>) => boolean) | undefined
  readonly edge: EdgeTable
  readonly limits: Required<HttpLimits>
  readonly onError: ((error: unknown, request: FailedRequest) => void) | undefined
  readonly clock: Clock
  readonly connections: Connections
}
