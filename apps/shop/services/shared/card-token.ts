import type { Checker } from './validate.ts'

/**
 * Notes an issue unless `value` can be one of the bank's tokens: what the bank would not take for one must not become
 * an attempt, whose outcome the bank could then never tell. Empty where `min` is 0.
 */
export function checkCardToken(check: Checker, path: string, value: string, { min }: { min: 0 | 1 }): string {
  if (/^[\x20-\x7e]*$/.test(value)) return check.text(path, value, { min, max: 200 })
  check.issue(path, 'is not a card token')
  return value
}
