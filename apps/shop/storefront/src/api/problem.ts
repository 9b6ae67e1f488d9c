export interface Issue {
  readonly path: string
  readonly message: string
}

/** An answer that is not a success, or no answer at all (status 0). */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly issues: readonly Issue[]

  constructor(detail: { status: number; code: string; message: string; issues?: readonly Issue[] }) {
    super(detail.message)
    this.name = 'Problem'
    this.status = detail.status
    this.code = detail.code
    this.issues = detail.issues ?? []
  }
}

export function isProblem(error: unknown, code?: string): error is Problem {
  return error instanceof Problem && (code === undefined || error.code === code)
}

/** What to tell a customer about any failure. */
export function sayProblem(error: unknown): string {
  if (!(error instanceof Problem)) return 'Something went wrong on this page. Please try again.'
  if (error.status === 0) return 'We could not reach the shop. Check your connection and try again.'
  if (error.status === 429) return 'That was a little fast for us. Please wait a moment and try again.'
  if (error.status >= 500) return 'Something is not working on our side. Please try again in a moment.'
  return error.message
}

/**
 * The message for one form field. A server names fields by its own path ("address.postalCode"), a form by the last
 * part of it.
 */
export function issueFor(error: unknown, field: string): string | undefined {
  if (!(error instanceof Problem)) return undefined
  const tail = (path: string): string => path.split(/[./]/).at(-1) ?? path
  return error.issues.find((issue) => issue.path === field || tail(issue.path) === field)?.message
}
