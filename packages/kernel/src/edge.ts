import { codeOf, hasCode, type Issue } from './errors.ts'

/** gRPC's status names, as the Connect protocol spells them. */
export type StatusName =
  | 'canceled'
  | 'unknown'
  | 'invalid_argument'
  | 'deadline_exceeded'
  | 'not_found'
  | 'already_exists'
  | 'permission_denied'
  | 'resource_exhausted'
  | 'failed_precondition'
  | 'aborted'
  | 'out_of_range'
  | 'unimplemented'
  | 'internal'
  | 'unavailable'
  | 'data_loss'
  | 'unauthenticated'

/** What the outside sees of an error. */
export interface EdgeRow {
  readonly status: StatusName
  /** HTTP status. */
  readonly http: number
  /** Short and the same for every occurrence: the title of the problem document. */
  readonly title: string
  /** Told instead of the error's own message, where that speaks of the inside: hosts, services, queues. */
  readonly detail?: string
}

/**
 * The one table from error codes to what callers see. Codes that are not in it are internal: the caller is told
 * nothing but that, the log has the rest.
 */
export interface EdgeTable {
  row(code: string): EdgeRow | undefined
}

/** A row for each gRPC status, after google.rpc.Code, for errors that come as a bare status. */
export const statusRows: { readonly [Name in StatusName]: EdgeRow } = {
  canceled: { status: 'canceled', http: 499, title: 'Cancelled' },
  unknown: { status: 'unknown', http: 500, title: 'Internal error' },
  invalid_argument: { status: 'invalid_argument', http: 400, title: 'Invalid request' },
  deadline_exceeded: { status: 'deadline_exceeded', http: 504, title: 'Deadline exceeded' },
  not_found: { status: 'not_found', http: 404, title: 'Not found' },
  already_exists: { status: 'already_exists', http: 409, title: 'Already exists' },
  permission_denied: { status: 'permission_denied', http: 403, title: 'Not allowed' },
  resource_exhausted: { status: 'resource_exhausted', http: 429, title: 'Too many requests' },
  failed_precondition: { status: 'failed_precondition', http: 400, title: 'Not possible in this state' },
  aborted: { status: 'aborted', http: 409, title: 'Conflict' },
  out_of_range: { status: 'out_of_range', http: 400, title: 'Out of range' },
  unimplemented: { status: 'unimplemented', http: 501, title: 'Not implemented' },
  internal: { status: 'internal', http: 500, title: 'Internal error' },
  unavailable: { status: 'unavailable', http: 503, title: 'Unavailable' },
  data_loss: { status: 'data_loss', http: 500, title: 'Internal error' },
  unauthenticated: { status: 'unauthenticated', http: 401, title: 'Sign-in required' },
}

/** For errors that say where something could not be reached: callers are told only that it is worth trying again. */
export const unreachableRow: EdgeRow = {
  ...statusRows.unavailable,
  detail: 'A part of the system is not available just now; try again shortly.',
}

const kernelRows: Readonly<Record<string, EdgeRow>> = {
  ASHLAR_CANCELLED: statusRows.canceled,
  ASHLAR_DEADLINE_EXCEEDED: statusRows.deadline_exceeded,
  ASHLAR_INVALID_INPUT: statusRows.invalid_argument,
}

/**
 * Builds the table from the kernel's rows and the application's own.
 * @throws {TypeError} when a code is given twice: a code means one thing.
 */
export function edgeTable(...parts: readonly Readonly<Record<string, EdgeRow>>[]): EdgeTable {
  const rows = new Map(Object.entries(kernelRows))
  for (const [code, row] of parts.flatMap((part) => Object.entries(part))) {
    if (rows.has(code)) throw new TypeError(`edgeTable: code ${code} is given twice`)
    rows.set(code, row)
  }
  return { row: (code) => rows.get(code) }
}

/** What may be told about an error: nothing that is not in here leaves the process. */
export interface EdgeError extends EdgeRow {
  readonly code: string
  readonly detail: string
  readonly retryable: boolean
  /** How long to wait before trying again, when the error knows. */
  readonly retryAfterMs: number | undefined
  readonly issues: readonly Issue[]
}

/**
 * What a caller is told about `error`. An error whose code is not in the table becomes `ASHLAR_INTERNAL` with a fixed
 * sentence: its message may hold SQL, paths or names.
 */
export function toEdgeError(error: unknown, table: EdgeTable): EdgeError {
  const code = codeOf(error)
  const row = code === undefined ? undefined : table.row(code)
  if (code === undefined || row === undefined) {
    return {
      ...statusRows.internal,
      code: 'ASHLAR_INTERNAL',
      detail: 'Something went wrong on our side. The trace id identifies this request in the logs.',
      retryable: false,
      retryAfterMs: undefined,
      issues: [],
    }
  }
  const fields = error as { message: string; retryable?: unknown; retryAfterMs?: unknown; issues?: unknown }
  return {
    ...row,
    code,
    detail: row.detail ?? fields.message,
    retryable: fields.retryable === true,
    // No header and no message can say "never" or "unknown" as a number.
    retryAfterMs: Number.isFinite(fields.retryAfterMs) ? (fields.retryAfterMs as number) : undefined,
    issues: hasCode(error, 'ASHLAR_INVALID_INPUT') ? ((fields.issues as readonly Issue[] | undefined) ?? []) : [],
  }
}
