import { AshlarError, unreachableRow, type EdgeRow } from '@ashlar/kernel'
import type { HttpClientResponse } from './client-response.ts'

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
  /** Whether any of the request may have arrived. */
  readonly isSent: boolean

  /** @param detail `isSent` is assumed unless it is known to be false. */
  constructor(detail: { name: string; address: string; reason: string; isSent?: boolean }, options?: ErrorOptions) {
    super(`${detail.name} cannot be reached: ${detail.reason}`, options)
    this.address = detail.address
    this.reason = detail.reason
    this.isSent = detail.isSent ?? true
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

/**
 * The answer's status is one that the client's policy takes for a failure. Only the policy sees this: what it gives up
 * on is an answer again.
 */
export class HttpStatusError extends AshlarError {
  readonly code = 'ASHLAR_HTTP_STATUS' as const
  readonly retryable = true
  readonly status: number
  /** How long the server asks to be left alone, if it does. */
  readonly retryAfterMs: number | undefined
  readonly response: HttpClientResponse

  constructor(detail: { name: string; response: HttpClientResponse; retryAfterMs: number | undefined }) {
    super(`${detail.name} answered with status ${detail.response.status}`)
    this.status = detail.response.status
    this.retryAfterMs = detail.retryAfterMs
    this.response = detail.response
  }
}

/**
 * A request failed that may have taken effect, and that must not be sent twice; the cause is how. Only the policy sees
 * this, unless it asks for a second run while the first is still going on.
 */
export class HttpNotRepeatableError extends AshlarError {
  readonly code = 'ASHLAR_HTTP_NOT_REPEATABLE' as const
  readonly retryable = false

  constructor(detail: { name: string; method: string }, options?: ErrorOptions) {
    super(`a ${detail.method} to ${detail.name} may have taken effect and must not be repeated`, options)
  }
}

/** An event of a stream is larger than its reader takes. */
export class HttpEventTooLargeError extends AshlarError {
  readonly code = 'ASHLAR_HTTP_EVENT_TOO_LARGE' as const
  readonly retryable = false
  readonly limitChars: number

  constructor(detail: { limitChars: number }) {
    super(`the stream holds an event of more than ${detail.limitChars} characters`)
    this.limitChars = detail.limitChars
  }
}

/** Rows for services whose callers may know that something behind them did not answer. */
export const httpClientEdgeRows: Readonly<Record<string, EdgeRow>> = {
  ASHLAR_HTTP_UNREACHABLE: unreachableRow,
  ASHLAR_HTTP_OVERLOADED: unreachableRow,
  ASHLAR_HTTP_NOT_REPEATABLE: unreachableRow,
  ASHLAR_HTTP_RESPONSE_TOO_LARGE: { status: 'internal', http: 502, title: 'Bad answer from a dependency' },
  ASHLAR_HTTP_EVENT_TOO_LARGE: { status: 'internal', http: 502, title: 'Bad answer from a dependency' },
  ASHLAR_HTTP_INVALID_RESPONSE: { status: 'internal', http: 502, title: 'Bad answer from a dependency' },
}
