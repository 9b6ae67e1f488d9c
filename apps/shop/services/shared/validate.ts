import { InvalidInputError, isUuid, type Issue } from '@ashlar/kernel'

/** Collects what is wrong with an input. Each check returns the value as the rest of the code may use it. */
export interface Checker {
  /** Notes an issue of the caller's own. */
  issue(path: string, message: string): void
  /** Trimmed text of `min` to `max` characters, without control characters. `min` 1 makes it required. */
  text(path: string, value: string, bounds: { min: number; max: number }): string
  /** Runs when the value is there; its absence is an issue. */
  required<T, R>(path: string, value: T | undefined, use: (value: T) => R): R | undefined
  integer(path: string, value: number, bounds: { min: number; max: number }): number
  /** A UUID, in lower case. */
  uuid(path: string, value: string): string
}

/**
 * Runs `work` with a {@link Checker} and returns its result.
 * @throws {InvalidInputError} with every issue that was noted, so that a form can show them all at once.
 */
export function validate<T>(work: (check: Checker) => T): T {
  const issues: Issue[] = []
  const result = work(checker(issues))
  if (issues.length > 0) throw new InvalidInputError(issues)
  return result
}

/** The error for one issue, where there is nothing else to check. */
export function invalid(path: string, message: string): InvalidInputError {
  return new InvalidInputError([{ path, message }])
}

function checker(issues: Issue[]): Checker {
  const issue = (path: string, message: string): void => void issues.push({ path, message })
  return {
    issue,
    text(path, value, { min, max }) {
      const text = value.trim()
      const length = characterCount(text)
      if (min > 0 && !/[^\p{C}\p{Z}]/u.test(text)) issue(path, 'is required')
      else if (length < min || length > max) issue(path, `must be ${min} to ${max} characters, got ${length}`)
      else if (unprintable.test(text)) issue(path, 'must not contain control characters')
      return text
    },
    required(path, value, use) {
      if (value !== undefined) return use(value)
      issue(path, 'is required')
      return undefined
    },
    integer(path, value, { min, max }) {
      if (!Number.isInteger(value) || value < min || value > max) issue(path, `must be ${min} to ${max}, got ${value}`)
      return value
    },
    uuid(path, value) {
      if (value === '') issue(path, 'is required')
      else if (!isUuid(value)) issue(path, 'must be a UUID')
      return value.toLowerCase()
    },
  }
}

// Control characters, line and paragraph separators, and the marks that turn around whatever is shown after the text.
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

/** Length as people count: by code points, so that an emoji is one. */
export function characterCount(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}
