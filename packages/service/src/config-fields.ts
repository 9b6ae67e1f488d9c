import type { ConfigField } from './config.ts'

/** Any text. One that is `secret` is never shown. */
export function string(options: { default?: string; secret?: boolean } = {}): ConfigField<string> {
  return {
    expected: options.secret === true ? 'a secret' : 'text',
    fallback: options.default,
    parse: (text) => text,
    show: options.secret === true ? () => 'a value that is not shown' : quote,
    tell: (value) => (options.secret === true && value !== '' ? '(secret)' : value),
  }
}

export function integer(options: { min?: number; max?: number; default?: number } = {}): ConfigField<number> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = options
  return {
    expected: `an integer${range(options)}`,
    fallback: options.default,
    parse(text) {
      const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN
      return value >= min && value <= max ? value : undefined
    },
    show: quote,
    tell: itself,
  }
}

/** A TCP port; 0 lets the system choose one. */
export function port(options: { default?: number } = {}): ConfigField<number> {
  return integer({ ...options, min: 0, max: 65_535 })
}

/**
 * An absolute URL, kept as it is written.
 * @param options.protocols with their colons. @default http: and https:
 */
export function url(options: { protocols?: readonly string[]; default?: string } = {}): ConfigField<string> {
  const { protocols = ['http:', 'https:'] } = options
  return {
    expected: `a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    fallback: options.default,
    parse: (text) => (protocols.includes(URL.parse(text)?.protocol ?? '') ? text : undefined),
    // What stands before the last "@" may be a password, in a malformed URL too.
    show: (text) => quote(text.replace(/^.*@/s, '***@')),
    tell: withoutSecrets,
  }
}

export function boolean(options: { default?: boolean } = {}): ConfigField<boolean> {
  return {
    expected: 'true or false',
    fallback: options.default,
    parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
    show: quote,
    tell: itself,
  }
}

export function oneOf<const T extends string>(values: readonly T[], options: { default?: T } = {}): ConfigField<T> {
  return {
    expected: `one of ${values.join(', ')}`,
    fallback: options.default,
    parse: (text) => values.find((value) => value === text),
    show: quote,
    tell: itself,
  }
}

function itself(value: unknown): unknown {
  return value
}

const secretParameter = /key|pass|secret|sig|token/i

/** Keeps the user's name and blanks the password, and parameters that look like one. */
function withoutSecrets(text: string): string {
  const parsed = URL.parse(text)
  if (parsed === null) return ''
  const secret = [...parsed.searchParams.keys()].filter((name) => secretParameter.test(name))
  // As it was written, where there is nothing to hide.
  if (parsed.password === '' && secret.length === 0) return text
  if (parsed.password !== '') parsed.password = '***'
  for (const name of secret) parsed.searchParams.set(name, '***')
  return parsed.href
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text)
}

function range({ min, max }: { min?: number; max?: number }): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`
  if (min !== undefined) return ` of ${min} or more`
  return max === undefined ? '' : ` of ${max} or less`
}
