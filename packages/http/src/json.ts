import { isUtf8 } from 'node:buffer'
import { withoutStack } from '@ashlar/kernel'
import { MalformedJsonError } from './errors.ts'
import { findJsonFault } from './json-fault.ts'

/**
 * Parses the bytes of a JSON text. Refuses keys named `__proto__`: code that copies such an object property by
 * property would change a prototype.
 * @throws {MalformedJsonError}
 */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) throw malformed('the body is empty; JSON is expected')
  if (!isUtf8(bytes)) throw malformed('the body is not UTF-8')
  const text = bytes.toString('utf8')
  const value = parseOrFail(text)
  // The key can be spelt with escapes, so a text with any escape in it is searched too.
  if ((text.includes('__proto__') || text.includes('\\u')) && holdsProtoKey(value)) {
    throw malformed('the body holds a key "__proto__", which is not accepted')
  }
  return value
}

function parseOrFail(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The platform's message quotes the text, which may hold a password.
    const { line, column } = findJsonFault(text)
    throw malformed(`the body is not valid JSON: line ${line}, column ${column}`)
  }
}

/** Walks with a list of its own: nesting as deep as a body allows would overflow the stack. */
function holdsProtoKey(value: unknown): boolean {
  const pending: unknown[] = [value]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next !== 'object' || next === null) continue
    if (Object.hasOwn(next, '__proto__')) return true
    for (const inner of Object.values(next)) pending.push(inner)
  }
  return false
}

function malformed(message: string): MalformedJsonError {
  return withoutStack(() => new MalformedJsonError(message))
}
