// What names of secrets end with, whatever the case: `access_token` and `x-api-key` as well as `accessToken`.
const secretWords = ['authorization', 'cookie', 'password', 'secret', 'token', 'apiKey', 'cardNumber', 'securityCode']

/**
 * The end of a name that looks like a secret, as it stands in JSON without spaces. A quote before a colon ends a name and
 * nothing else: those that are part of a text have a backslash before them, and one that begins a text has no word there.
 */
const secretField = new RegExp(
  `(?:${secretWords.map((word) => word.replaceAll(/[A-Z]/g, '[-_]?$&')).join('|')})":`,
  'i',
)
const secretFields = new RegExp(secretField, 'gi')

const [quote, comma, backslash] = [0x22, 0x2c, 0x5c]
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d]

/**
 * A line of JSON with the values of secret fields blanked, however deep they are; the line itself when it has none. Looks
 * at what is written and not at what it was made of, so it sees what serializers, getters and `toJSON` have said, and
 * asks nobody twice.
 */
export function withoutSecrets(line: string): string {
  if (!secretField.test(line)) return line
  let clean = ''
  let at = 0
  secretFields.lastIndex = 0
  while (secretFields.test(line)) {
    clean += `${line.slice(at, secretFields.lastIndex)}"[redacted]"`
    at = secretFields.lastIndex = endOfValue(line, secretFields.lastIndex)
  }
  return clean + line.slice(at)
}

function endOfValue(line: string, from: number): number {
  let depth = 0
  for (let at = from; at < line.length; at++) {
    const char = line.charCodeAt(at)
    const closes = char === closeObject || char === closeList
    // Of a number or a word, which ends where something else begins.
    if (depth === 0 && (closes || char === comma)) return at
    if (char === quote) at = endOfText(line, at)
    else if (char === openObject || char === openList) depth += 1
    else if (closes) depth -= 1
    else continue
    if (depth === 0) return at + 1
  }
  return line.length
}

/** Where the quote is that ends the text which begins here. */
function endOfText(line: string, from: number): number {
  let at = from + 1
  while (at < line.length && line.charCodeAt(at) !== quote) at += line.charCodeAt(at) === backslash ? 2 : 1
  return at
}
