// W3C Trace Context, level 1, section 3.3: what a system may call itself, and what it may say.
const key = /^(?:[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})$/
const value = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/
const maxMembers = 32
// As much as everybody has to pass on, and no more: it goes out again with every call that is made.
const maxChars = 512
const longMemberChars = 128

/**
 * A `tracestate` header as it is to be passed on: as it came, or without its longest and last members when it is longer
 * than 512 characters. `undefined` when there is none or it is malformed.
 */
export function parseTracestate(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const members = header
    .split(',')
    .map(trimmed)
    .filter((member) => member !== '')
  if (members.length === 0 || members.length > maxMembers || !areValid(members)) return undefined
  return header.length <= maxChars ? header : shortened(members)
}

/** Without white space around it. By hand: looking for it at the end takes a pattern time in the square of what is within. */
function trimmed(member: string): string {
  let start = 0
  let end = member.length
  while (start < end && isBlank(member, start)) start += 1
  while (end > start && isBlank(member, end - 1)) end -= 1
  return member.slice(start, end)
}

function isBlank(text: string, at: number): boolean {
  return text[at] === ' ' || text[at] === '\t'
}

function areValid(members: readonly string[]): boolean {
  const keys = new Set<string>()
  for (const member of members) {
    const equals = member.indexOf('=')
    const name = member.slice(0, Math.max(equals, 0))
    if (!key.test(name) || !value.test(member.slice(equals + 1)) || keys.has(name)) return false
    keys.add(name)
  }
  return true
}

/** Members beyond 128 characters go first, then the last ones: the first is whose span called us. */
function shortened(members: readonly string[]): string | undefined {
  const kept = [...members]
  const isTooLong = (): boolean => kept.join(',').length > maxChars
  for (let index = kept.length - 1; index >= 0 && isTooLong(); index--) {
    if ((kept[index] as string).length > longMemberChars) kept.splice(index, 1)
  }
  while (isTooLong()) kept.pop()
  return kept.length === 0 ? undefined : kept.join(',')
}
