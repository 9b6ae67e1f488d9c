/**
 * The base of every operational error: something that can go wrong in a program that is itself right.
 *
 * Match by `code`, never by class or message: a code is public and never reused, and it holds across two installed
 * copies and across the wire. Subclasses add flat data fields with units in their names.
 */
export abstract class AshlarError extends Error {
  /** Stable and unique: `ASHLAR_<PACKAGE>_<WHAT>`, or the application's own prefix. */
  abstract readonly code: string
  /** Whether the same call may succeed later without anybody changing anything. */
  abstract readonly retryable: boolean

  override get name(): string {
    return this.constructor.name
  }
}

/** Whether `error` carries this code, whichever copy of which package made it. */
export function hasCode<C extends string>(error: unknown, code: C): error is Error & { readonly code: C } {
  return error instanceof Error && 'code' in error && error.code === code
}

/** The error's code, or `undefined` when it has none. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/**
 * Builds an error without a stack. For refusals (expired, full, cancelled): they are normal flow, and the stack is
 * most of what an error costs.
 */
export function withoutStack<E extends Error>(make: () => E): E {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return make()
  } finally {
    Error.stackTraceLimit = limit
  }
}

/** The deadline passed: before the work began, or while it ran. The work may or may not have taken effect. */
export class DeadlineExceededError extends AshlarError {
  readonly code = 'ASHLAR_DEADLINE_EXCEEDED' as const
  readonly retryable = true

  constructor(message = 'the deadline has passed', options?: ErrorOptions) {
    super(message, options)
  }
}

/** The caller went away or asked for the work to stop. */
export class CancelledError extends AshlarError {
  readonly code = 'ASHLAR_CANCELLED' as const
  readonly retryable = false

  constructor(message = 'the call was cancelled', options?: ErrorOptions) {
    super(message, options)
  }
}

/** One thing that is wrong with an input. */
export interface Issue {
  /** Where: `lines[2].quantity`. Empty for the input as a whole. */
  readonly path: string
  /** What is wrong and what would be right, for the person who sent it. */
  readonly message: string
}

/** The input is wrong, and will be wrong again. Says everything that is wrong, not only the first thing. */
export class InvalidInputError extends AshlarError {
  readonly code = 'ASHLAR_INVALID_INPUT' as const
  readonly retryable = false
  readonly issues: readonly Issue[]

  constructor(issues: readonly Issue[], options?: ErrorOptions) {
    super(issues.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; '), options)
    this.issues = issues
  }
}

/** Several things failed, each independently of the others: what a shutdown collects. */
export class CombinedError extends AshlarError {
  readonly code = 'ASHLAR_COMBINED' as const
  readonly retryable = false
  readonly errors: readonly unknown[]

  constructor(message: string, errors: readonly unknown[]) {
    super(`${message}: ${errors.map((error) => (error instanceof Error ? error.message : String(error))).join('; ')}`)
    this.errors = errors
  }
}
