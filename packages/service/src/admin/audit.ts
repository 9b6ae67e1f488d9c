import type { HttpRequest } from '@ashlar/http'
import { codeOf, hasCode, type ActionDescription, type InvalidInputError } from '@ashlar/kernel'
import type { RootLogger } from '@ashlar/telemetry/logs'

/** Who asked for an action, and why: as they say, the key is what proves that they may. */
export interface Caller {
  readonly operator: string
  readonly reason?: string
}

// Whatever is longer is cut: the log is no place to store things.
const longest = 200

export function callerOf(request: HttpRequest): Caller {
  const operator = headerText(request, 'ashlar-operator') ?? 'unknown'
  const reason = headerText(request, 'ashlar-reason')
  return reason === undefined ? { operator } : { operator, reason }
}

/** An action's input as the log may have it: without what is secret. */
export function auditedInput(action: ActionDescription, input: object): Record<string, unknown> {
  const entries = Object.entries(input).map(([name, value]: [string, unknown]) => {
    const field = action.input[name]
    if (field?.type === 'string' && field.secret === true) return [name, '[secret]'] as const
    return [name, typeof value === 'string' ? cut(value) : value] as const
  })
  return Object.fromEntries(entries)
}

/** Writes down that a request was turned away. Its body is left out: nobody has said which part of it is secret. */
export function auditRefusal(log: RootLogger, request: HttpRequest, error: unknown): void {
  const { method, url } = request
  const issues = hasCode(error, 'ASHLAR_INVALID_INPUT')
    ? { issues: (error as InvalidInputError).issues.slice(0, 10).map(({ path, message }) => cut(`${path} ${message}`)) }
    : {}
  const fields = { method, path: cut(url.path), ...callerOf(request), code: codeOf(error), ...issues }
  log.audit(fields, 'admin request refused')
}

/** Percent-encoded, because a header's text is not Unicode. */
function headerText(request: HttpRequest, name: string): string | undefined {
  const value = request.headers[name]
  if (typeof value !== 'string' || value === '') return undefined
  try {
    return cut(decodeURIComponent(value))
  } catch {
    return cut(value)
  }
}

function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}...` : text
}
