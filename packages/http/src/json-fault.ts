export interface JsonFault {
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units. */
  readonly column: number
}

const whitespace = /[ \t\n\r]*/y
// JSON forbids the first 32 control characters in strings, and only those.
const scalar =
  /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy

/** What may come next, in the order in which JSON has it. */
type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'comma or close' | 'end'

/** Where a text that is not JSON stops being JSON: the first character that cannot stand where it stands. */
export function findJsonFault(text: string): JsonFault {
  const open: ('{' | '[')[] = []
  let expected: Expected = 'value'
  let at = 0
  for (;;) {
    at = matchAt(whitespace, text, at) ?? at
    const next = step(text, at, expected, open)
    if (next === undefined) return position(text, at)
    at = next.at
    expected = next.expected
  }
}

function step(
  text: string,
  at: number,
  expected: Expected,
  open: ('{' | '[')[],
): { at: number; expected: Expected } | undefined {
  const character = text[at]
  const afterValue = (): Expected => (open.length === 0 ? 'end' : 'comma or close')
  if (character === undefined || expected === 'end') return undefined
  if (expected === 'colon') return character === ':' ? { at: at + 1, expected: 'value' } : undefined
  if (expected === 'comma or close' && character === ',') {
    return { at: at + 1, expected: open.at(-1) === '{' ? 'key' : 'value' }
  }
  if (closes(character, expected, open)) {
    open.pop()
    return { at: at + 1, expected: afterValue() }
  }
  if (expected === 'comma or close') return undefined
  if (expected === 'key' || expected === 'key or }') {
    const end = character === '"' ? matchAt(scalar, text, at) : undefined
    return end === undefined ? undefined : { at: end, expected: 'colon' }
  }
  if (character === '{' || character === '[') {
    open.push(character)
    return { at: at + 1, expected: character === '{' ? 'key or }' : 'value or ]' }
  }
  const end = matchAt(scalar, text, at)
  return end === undefined ? undefined : { at: end, expected: afterValue() }
}

function closes(character: string, expected: Expected, open: readonly ('{' | '[')[]): boolean {
  if (character === '}') return open.at(-1) === '{' && (expected === 'key or }' || expected === 'comma or close')
  if (character === ']') return open.at(-1) === '[' && (expected === 'value or ]' || expected === 'comma or close')
  return false
}

function matchAt(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}

function position(text: string, at: number): JsonFault {
  const before = text.slice(0, at)
  return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') }
}
