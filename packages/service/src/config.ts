import type { Issue } from '@ashlar/kernel'
import { ConfigError } from './errors.ts'

/** How one variable is read. */
export interface ConfigField<T> {
  /** What the value must be, for the person who sets it: `an integer from 0 to 65535`. */
  readonly expected: string
  /** Taken when the variable is not set. Without one, it must be set. */
  readonly fallback: T | undefined
  /** The value, or `undefined` when the text is not as expected. */
  parse(text: string): T | undefined
  /** The text as an error message may show it. */
  show(text: string): string
  /** The value as an operator may see it: plain data, without what is secret. */
  tell(value: T): unknown
}

/** By the names of the environment variables. */
export type ConfigSpec = Readonly<Record<string, ConfigField<unknown>>>

export type ConfigOf<S extends ConfigSpec> = {
  readonly [Name in keyof S]: S[Name] extends ConfigField<infer T> ? T : never
}

/**
 * Reads the variables that `spec` names from `env`. An empty value counts as not set.
 * @throws {ConfigError} with everything that is wrong, not only the first thing.
 */
export function parseConfig<S extends ConfigSpec>(
  env: Readonly<Record<string, string | undefined>>,
  spec: S,
): ConfigOf<S> {
  const issues: Issue[] = []
  const values: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(spec)) {
    const text = env[name] ?? ''
    const value = text === '' ? field.fallback : field.parse(text)
    if (value !== undefined) values[name] = value
    else if (text === '') issues.push({ path: name, message: `is not set; it must be ${field.expected}` })
    else issues.push({ path: name, message: `must be ${field.expected}, got ${field.show(text)}` })
  }
  if (issues.length > 0) throw new ConfigError(issues)
  return values as ConfigOf<S>
}
