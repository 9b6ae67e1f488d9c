import { withoutStack } from '@ashlar/kernel'
import { BadRequestError, TargetTooLongError } from './errors.ts'

/** A request target in its two parts, as sent. */
export interface Target {
  readonly path: string
  /** What follows the first `?`; empty when there is none. */
  readonly search: string
}

// RFC 3986 pchar and "/". What is not in here has no business in a path, a backslash least of all.
const pathCharacters = /^\/[\w\-.~!$&'()*+,;=:@%/]*$/
const dotSegment = /\/(?:\.|%2e){1,2}(?:\/|$)/i
const encodedSeparator = /%(?:00|2f|5c)/i

/**
 * Takes a request target apart, or refuses it. Nothing is repaired: two programs that repair differently disagree on
 * what was asked for, and an access rule lives in only one of them.
 *
 * Only the origin form is served. The absolute form is for proxies, and names a host of the client's choosing.
 * @throws {BadRequestError} | {TargetTooLongError}
 */
export function parseTarget(raw: string, maxBytes: number): Target {
  if (raw.length > maxBytes) throw withoutStack(() => new TargetTooLongError({ limitBytes: maxBytes }))
  const question = raw.indexOf('?')
  const path = question === -1 ? raw : raw.slice(0, question)
  const search = question === -1 ? '' : raw.slice(question + 1)
  const fault = faultIn(path, search)
  if (fault !== undefined) throw withoutStack(() => new BadRequestError(fault))
  return { path, search }
}

function faultIn(path: string, search: string): string | undefined {
  if (!path.startsWith('/')) return 'the address must be a path that begins with "/", without scheme and host'
  if (!pathCharacters.test(path)) return 'the path holds a character that must be percent-encoded'
  if (search.includes('#')) return 'the address must not hold a fragment'
  if (path.includes('//')) return 'the path must not hold an empty segment'
  if (dotSegment.test(path)) return 'the path must not hold "." or ".." segments, encoded or not'
  if (path.includes('%')) {
    if (encodedSeparator.test(path)) return 'the path must not hold an encoded slash, backslash or NUL'
    if (!isDecodable(path)) return 'the path holds a percent sign that does not begin an encoded UTF-8 character'
  }
  return undefined
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
