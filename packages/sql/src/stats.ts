/** The private connections of a database, at this moment. */
export interface PoolStats {
  readonly open: number
  readonly inUse: number
  readonly idle: number
  /** Being made. */
  readonly opening: number
  readonly maxConnections: number
  /** Callers that wait for one. */
  readonly waiting: number
  readonly maxWaiting: number
}

/** What a database's connections do at this moment. */
export interface DatabaseStats {
  /** Statements and transactions under way, waiting ones included. */
  readonly inFlight: number
  readonly maxInFlight: number
  /** Private connections. */
  readonly pool: PoolStats
  /** Shared connections, each with the statements that wait for its answers. */
  readonly pipelines: readonly { readonly connected: boolean; readonly inFlight: number }[]
}
