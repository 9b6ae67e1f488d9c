import { AshlarError, edgeTable, statusRows, type EdgeRow, type EdgeTable } from '@ashlar/kernel'

/** The request's target, headers or framing are not acceptable, whatever the resource. */
export class BadRequestError extends AshlarError {
  readonly code = 'ASHLAR_HTTP_BAD_REQUEST' as const
  readonly retryable = false
}

/** The request's target is longer than the server reads. */
export class TargetTooLongError extends AshlarError {
  readonly code = 'ASHLAR_HTTP_TARGET_TOO_LONG' as const
  readonly retryable = false
  readonly limitBytes: number

  constructor(detail: { limitBytes: number }) {
    super(`the address is longer than ${detail.limitBytes} bytes`)
    this.limitBytes = detail.limitBytes
  }
}

/** The body is longer than the handler takes. */
export class BodyTooLargeError extends AshlarError {
  readonly code = 'ASHLAR_HTTP_BODY_TOO_LARGE' as const
  readonly retryable = false
  readonly limitBytes: number

  constructor(detail: { limitBytes: number }) {
    super(`the body is larger than ${detail.limitBytes} bytes`)
    this.limitBytes = detail.limitBytes
  }
}

/** The body is not JSON, or holds a key that would reach into an object's prototype. */
export class MalformedJsonError extends AshlarError {
  readonly code = 'ASHLAR_HTTP_MALFORMED_JSON' as const
  readonly retryable = false
}

/** The body is of a type, charset or encoding that is not read here. */
export class UnsupportedMediaTypeError extends AshlarError {
  readonly code = 'ASHLAR_HTTP_UNSUPPORTED_MEDIA_TYPE' as const
  readonly retryable = false
}

/** Nothing is served under this path. */
export class NotFoundError extends AshlarError {
  readonly code = 'ASHLAR_HTTP_NOT_FOUND' as const
  readonly retryable = false

  constructor(detail: { path: string }) {
    super(`nothing is served under ${detail.path}`)
  }
}

/** The path exists, but not for this method. */
export class MethodNotAllowedError extends AshlarError {
  readonly code = 'ASHLAR_HTTP_METHOD_NOT_ALLOWED' as const
  readonly retryable = false
  readonly allow: readonly string[]

  constructor(detail: { method: string; allow: readonly string[] }) {
    super(
      `${detail.method} is not possible here; ${detail.allow.join(', ')} ${detail.allow.length === 1 ? 'is' : 'are'}`,
    )
    this.allow = detail.allow
  }
}

/** A WebSocket was asked for where there is none. */
export class UpgradeRefusedError extends AshlarError {
  readonly code = 'ASHLAR_HTTP_UPGRADE_REFUSED' as const
  readonly retryable = false
}

/** A page of another origin asked for a WebSocket, with the cookies that the browser has for this one. */
export class OriginRefusedError extends AshlarError {
  readonly code = 'ASHLAR_HTTP_ORIGIN_REFUSED' as const
  readonly retryable = false
}

/** As many connections are upgraded as may be, or the server is shutting down. */
export class UpgradeUnavailableError extends AshlarError {
  readonly code = 'ASHLAR_HTTP_UPGRADE_UNAVAILABLE' as const
  readonly retryable = true
}

/** Another program listens on the port. */
export class PortInUseError extends AshlarError {
  readonly code = 'ASHLAR_HTTP_PORT_IN_USE' as const
  readonly retryable = false
  readonly port: number

  constructor(detail: { host: string; port: number }, options?: ErrorOptions) {
    super(
      `port ${detail.port} on ${detail.host} is in use; stop the program that listens there or choose another port`,
      options,
    )
    this.port = detail.port
  }
}

/** The address cannot be listened on. */
export class ListenError extends AshlarError {
  readonly code = 'ASHLAR_HTTP_LISTEN' as const
  readonly retryable = false
}

/** Rows for the errors that a request can cause. `listen` and `problemResponse` know them without being told. */
export const httpEdgeRows: Readonly<Record<string, EdgeRow>> = {
  ASHLAR_HTTP_BAD_REQUEST: statusRows.invalid_argument,
  ASHLAR_HTTP_TARGET_TOO_LONG: { status: 'invalid_argument', http: 414, title: 'Address too long' },
  ASHLAR_HTTP_BODY_TOO_LARGE: { status: 'resource_exhausted', http: 413, title: 'Body too large' },
  ASHLAR_HTTP_MALFORMED_JSON: { status: 'invalid_argument', http: 400, title: 'Malformed JSON' },
  ASHLAR_HTTP_UNSUPPORTED_MEDIA_TYPE: { status: 'invalid_argument', http: 415, title: 'Unsupported media type' },
  ASHLAR_HTTP_NOT_FOUND: statusRows.not_found,
  ASHLAR_HTTP_METHOD_NOT_ALLOWED: { status: 'unimplemented', http: 405, title: 'Method not allowed' },
  ASHLAR_HTTP_UPGRADE_REFUSED: { ...statusRows.invalid_argument, title: 'No WebSocket here' },
  ASHLAR_HTTP_ORIGIN_REFUSED: { ...statusRows.permission_denied, title: 'Origin not allowed' },
  ASHLAR_HTTP_UPGRADE_UNAVAILABLE: statusRows.unavailable,
}

const ownTable = edgeTable(httpEdgeRows)

/** The table with this package's rows behind its own, for what it has no row of its own for. */
export function httpEdge(table?: EdgeTable): EdgeTable {
  return table === undefined ? ownTable : { row: (code) => table.row(code) ?? ownTable.row(code) }
}
