/** What a server puts up with. Every one is a bound on what a stranger can make it hold or wait for. */
export interface HttpLimits {
  /** Largest body, unless the handler asks for more or less. Answered with 413. @default 1 MiB */
  readonly bodyBytes?: number
  /**
   * Target, header names and header values together. Answered with 431; over HTTP/2, where each field counts for 32
   * bytes more (RFC 9113, section 6.5.2), the stream is reset. @default 16 KiB
   */
  readonly headerBytes?: number
  /** Path and query. Answered with 414. @default 8 KiB */
  readonly targetBytes?: number
  /**
   * From the next request's first byte to the end of the headers. A new connection has as long to begin its first
   * request. @default 10_000
   */
  readonly headersTimeoutMs?: number
  /** From the first byte to the end of the body. Says nothing about how long the answer may take. @default 30_000 */
  readonly requestTimeoutMs?: number
  /** How long a connection may wait for its next request. @default 60_000 */
  readonly keepAliveTimeoutMs?: number
  /**
   * A connection on which no byte moves for this long, in either direction, is cut. Ends clients that do not read
   * their answers; it is also the longest a handler may be silent. @default 120_000
   */
  readonly idleTimeoutMs?: number
  /** Connections beyond this are closed at once. @default 4_096 */
  readonly connections?: number
  /**
   * Requests of one connection under way at once: a client may send more before it has the answers. One that has sent
   * more than these is cut off. @default 64
   */
  readonly pipelinedRequests?: number
  /**
   * Requests of one HTTP/2 connection under way at once, those included that the client has given up and whose handlers
   * have not ended yet. One more is refused, to be sent again. @default 100
   */
  readonly concurrentStreams?: number
  /** Connections that have been handed over to `onUpgrade`. One more is answered with 503. @default 1_024 */
  readonly upgradedConnections?: number
}

export const defaultLimits: Required<HttpLimits> = {
  bodyBytes: 1024 * 1024,
  headerBytes: 16 * 1024,
  targetBytes: 8 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 60_000,
  idleTimeoutMs: 120_000,
  connections: 4_096,
  pipelinedRequests: 64,
  concurrentStreams: 100,
  upgradedConnections: 1_024,
}
