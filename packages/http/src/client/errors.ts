import { AshlarError, unreachableRow, type EdgeRow } from '@ashlar/kernel'

/**
 * No answer came: the connection could not be made, or broke. In the second case the request may have taken effect.
 * The address is a field and not in the message, which may be shown to the outside.
 */
export class HttpUnreachableError extends AshlarError {
  readonly code = 'ASHLAR_HTTP_UNREACHABLE' as const
  readonly retryable = true
  /** `host:port` */
  readonly address: string
  /** What was in the way, in words: "nothing listens there". */
  readonly reason: string

  constructor(detail: { name: string; address: string; reason: string }, options?: ErrorOptions) {
    super(`${detail.name} cannot be reached: ${detail.reason}`, options)
    this.address = detail.address
    this.reason = detail.reason
  }
}

/** The client has as many requests on the wire or waiting as it may; this one was not sent. */
export class HttpOverloadedError extends AshlarError {
  readonly code = 'ASHLAR_HTTP_OVERLOADED' as const
  readonly retryable = true
  readonly limit: number

  constructor(detail: { name: string; limit: number }) {
    super(`${detail.limit} requests to ${detail.name} are under way already`)
    this.limit = detail.limit
  }
}

/** The answer is larger than this client takes; the rest of it was not read. */
export class HttpResponseTooLargeError extends AshlarError {
  readonly code = 'ASHLAR_HTTP_RESPONSE_TOO_LARGE' as const
  readonly retryable = false
  readonly limitBytes: number

  constructor(detail: { name: string; limitBytes: number }) {
    super(`${detail.name} answered with more than ${detail.limitBytes} bytes`)
    this.limitBytes = detail.limitBytes
  }
}

/** The answer is not what it should be: not HTTP, or not JSON. */
export class HttpInvalidResponseError extends AshlarError {
  readonly code = 'ASHLAR_HTTP_INVALID_RESPONSE' as const
  readonly retryable = false

  constructor(detail: { name: string; expected: string }, options?: ErrorOptions) {
    super(`${detail.name} answered with something that is not ${detail.expected}`, options)
  }
}

/** Rows for services whose callers may know that something behind them did not answer. */
export const httpClientEdgeRows: Readonly<Record<string, EdgeRow>> = {
  ASHLAR_HTTP_UNREACHABLE: unreachableRow,
  ASHLAR_HTTP_OVERLOADED: unreachableRow,
  ASHLAR_HTTP_RESPONSE_TOO_LARGE: { status: 'internal', http: 502, title: 'Bad answer from a dependency' },
  ASHLAR_HTTP_INVALID_RESPONSE: { status: 'internal', http: 502, title: 'Bad answer from a dependency' },
}
