import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { markRetried, statusRows, type EdgeError, type Issue, type StatusName } from '@ashlar/kernel'
import { RemoteError } from '../errors.ts'
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from '../gen/google/rpc/error_details_pb.ts'

interface WireDetail {
  readonly type: string
  readonly value: string
}

/** The JSON body of a failed unary call. Source: Connect protocol, "Error end-stream". */
interface WireError {
  readonly code: StatusName
  readonly message: string
  readonly details: readonly WireDetail[]
}

/**
 * The error as the Connect protocol writes it, with google.rpc details that other stacks can read too.
 * @param error `isRetried` where somebody has repeated the call already, so that the caller does not.
 */
export function encodeError(error: EdgeError & { readonly isRetried?: boolean }): WireError {
  const details = [
    detail(
      ErrorInfoSchema.typeName,
      toBinary(
        ErrorInfoSchema,
        create(ErrorInfoSchema, {
          reason: error.code,
          domain: 'ashlar',
          metadata: {
            ...(error.retryable && { retryable: 'true' }),
            ...(error.isRetried === true && { retried: 'true' }),
          },
        }),
      ),
    ),
  ]
  if (error.retryAfterMs !== undefined) {
    const seconds = Math.floor(error.retryAfterMs / 1000)
    const nanos = Math.round((error.retryAfterMs - seconds * 1000) * 1e6)
    const info = create(RetryInfoSchema, { retryDelay: { seconds: BigInt(seconds), nanos } })
    details.push(detail(RetryInfoSchema.typeName, toBinary(RetryInfoSchema, info)))
  }
  if (error.issues.length > 0) {
    const fieldViolations = error.issues.map(({ path, message }) => ({ field: path, description: message }))
    const request = create(BadRequestSchema, { fieldViolations })
    details.push(detail(BadRequestSchema.typeName, toBinary(BadRequestSchema, request)))
  }
  return { code: error.status, message: error.detail, details }
}

/**
 * The error that an answer with a status other than 200 stands for, marked as retried where its sender says so. Never
 * throws: an answer that is not the protocol's (a proxy's page, say) is known by its HTTP status.
 */
export function decodeError(answer: { httpStatus: number; body: Uint8Array; procedure: string }): RemoteError {
  const wire = parseWireError(answer.body)
  const status = wire?.code ?? statusOfHttp(answer.httpStatus)
  const facts = readDetails(wire?.details ?? [])
  const error = new RemoteError({
    code: facts.reason ?? codeOf(status),
    message: wire?.message ?? `${answer.procedure} answered with HTTP status ${answer.httpStatus}`,
    retryable: facts.retryable ?? status === 'unavailable',
    status,
    procedure: answer.procedure,
    retryAfterMs: facts.retryAfterMs,
    issues: facts.issues,
  })
  if (facts.isRetried === true) markRetried(error)
  return error
}

/** The code of an error whose sender names none. */
function codeOf(status: StatusName): string {
  // Caller and callee watch the same deadline: what the caller is told must not depend on whose timer was first.
  return status === 'deadline_exceeded' ? 'ASHLAR_DEADLINE_EXCEEDED' : `ASHLAR_RPC_${status.toUpperCase()}`
}

function detail(type: string, value: Uint8Array): WireDetail {
  // Unpadded, as the protocol asks.
  return { type, value: Buffer.from(value).toString('base64').replace(/=+$/, '') }
}

function parseWireError(body: Uint8Array): { code: StatusName; message: string; details: unknown[] } | undefined {
  try {
    const value = JSON.parse(Buffer.from(body).toString()) as { code?: unknown; message?: unknown; details?: unknown }
    if (typeof value.code !== 'string' || !Object.hasOwn(statusRows, value.code)) return undefined
    return {
      code: value.code as StatusName,
      message: typeof value.message === 'string' ? value.message : value.code,
      details: Array.isArray(value.details) ? value.details : [],
    }
  } catch {
    return undefined
  }
}

interface Facts {
  reason?: string
  retryable?: boolean
  isRetried?: boolean
  retryAfterMs?: number
  issues: Issue[]
}

function readDetails(details: readonly unknown[]): Facts {
  const facts: Facts = { issues: [] }
  for (const entry of details as readonly (Partial<WireDetail> | null)[]) {
    const { type, value } = entry ?? {}
    if (typeof value !== 'string') continue
    try {
      const bytes = Buffer.from(value, 'base64')
      if (type === ErrorInfoSchema.typeName) {
        const info = fromBinary(ErrorInfoSchema, bytes)
        // An absent reason is an empty one in protobuf.
        if (info.reason !== '') facts.reason = info.reason
        facts.retryable = info.metadata.retryable === 'true'
        facts.isRetried = info.metadata.retried === 'true'
      } else if (type === RetryInfoSchema.typeName) {
        const { retryDelay } = fromBinary(RetryInfoSchema, bytes)
        if (retryDelay) facts.retryAfterMs = Number(retryDelay.seconds) * 1000 + retryDelay.nanos / 1e6
      } else if (type === BadRequestSchema.typeName) {
        for (const { field, description } of fromBinary(BadRequestSchema, bytes).fieldViolations) {
          facts.issues.push({ path: field, message: description })
        }
      }
    } catch {
      // A detail that cannot be read takes nothing away from the error itself.
    }
  }
  return facts
}

/** Source: Connect protocol, "HTTP to error code". */
function statusOfHttp(httpStatus: number): StatusName {
  switch (httpStatus) {
    case 400:
      return 'internal'
    case 401:
      return 'unauthenticated'
    case 403:
      return 'permission_denied'
    case 404:
      return 'unimplemented'
    case 429:
    case 502:
    case 503:
    case 504:
      return 'unavailable'
    default:
      return 'unknown'
  }
}
