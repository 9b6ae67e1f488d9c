import { AshlarError, statusRows, unreachableRow, type EdgeRow, type Issue, type StatusName } from '@ashlar/kernel'

/** An error that the callee threw. Its `code` is the callee's own, so `hasCode` works across the wire. */
export class RemoteError extends AshlarError {
  readonly code: string
  readonly retryable: boolean
  readonly status: StatusName
  readonly retryAfterMs: number | undefined
  readonly issues: readonly Issue[]
  /** `package.Service/Method` */
  readonly procedure: string

  constructor(detail: {
    code: string
    message: string
    retryable: boolean
    status: StatusName
    procedure: string
    retryAfterMs?: number | undefined
    issues?: readonly Issue[]
  }) {
    super(detail.message)
    this.code = detail.code
    this.retryable = detail.retryable
    this.status = detail.status
    this.procedure = detail.procedure
    this.retryAfterMs = detail.retryAfterMs
    this.issues = detail.issues ?? []
  }
}

/** No answer came: refused, reset or closed. Where the call was sent, whether the callee acted is not known. */
export class RpcUnreachableError extends AshlarError {
  readonly code = 'ASHLAR_RPC_UNREACHABLE' as const
  readonly retryable = true
  readonly service: string
  /** Whether any of the call may have arrived. */
  readonly isSent: boolean

  /** @param detail `isSent` is assumed unless it is known to be false. */
  constructor(detail: { service: string; reason: string; isSent?: boolean }, options?: ErrorOptions) {
    super(`service "${detail.service}" cannot be reached: ${detail.reason}`, options)
    this.service = detail.service
    this.isSent = detail.isSent ?? true
  }
}

/** The client has as many calls in flight as it may; this one was not sent. */
export class RpcOverloadedError extends AshlarError {
  readonly code = 'ASHLAR_RPC_OVERLOADED' as const
  readonly retryable = true
  readonly limit: number

  constructor(detail: { service: string; limit: number }) {
    super(`${detail.limit} calls to service "${detail.service}" are in flight already`)
    this.limit = detail.limit
  }
}

/** The answer is not the protocol's: a wrong content type, a broken message, or too large. The callee may have acted. */
export class RpcProtocolError extends AshlarError {
  readonly code = 'ASHLAR_RPC_PROTOCOL' as const
  readonly retryable = false
}

/** The procedure does not exist here, or the request asks for a part of the protocol that is not spoken here. */
export class RpcUnimplementedError extends AshlarError {
  readonly code = 'ASHLAR_RPC_UNIMPLEMENTED' as const
  readonly retryable = false
}

/** The caller did not show that it belongs to the mesh. */
export class RpcUnauthenticatedError extends AshlarError {
  readonly code = 'ASHLAR_RPC_UNAUTHENTICATED' as const
  readonly retryable = false

  constructor() {
    super('the caller is not one of this mesh')
  }
}

/** The rows of this package for `edgeTable`. */
export const rpcEdgeRows: Readonly<Record<string, EdgeRow>> = {
  ASHLAR_RPC_UNREACHABLE: unreachableRow,
  ASHLAR_RPC_OVERLOADED: unreachableRow,
  ASHLAR_RPC_PROTOCOL: { status: 'internal', http: 502, title: 'Bad answer from a dependency' },
  ASHLAR_RPC_UNIMPLEMENTED: statusRows.unimplemented,
  // Seen beyond the mesh it is a mistake in its configuration, not the user's: signing in would not help.
  ASHLAR_RPC_UNAUTHENTICATED: { ...unreachableRow, status: 'unauthenticated', http: 502 },
}
