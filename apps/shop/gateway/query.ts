import { InvalidInputError, type Issue } from '@ashlar/kernel'

/** Reads query parameters, collecting what is wrong with them. */
export interface QueryReader {
  text(name: string): string
  integer(name: string): number
  boolean(name: string): boolean
  /** One of the keys of `choices`; `fallback` where the parameter is absent. */
  choice<T>(name: string, choices: Readonly<Record<string, T>>, fallback: T): T
  /** Any of the keys of `choices`, one for each time the parameter is given. */
  choices<T>(name: string, choices: Readonly<Record<string, T>>): T[]
}

/** @throws {InvalidInputError} naming every parameter that does not fit. */
export function readQuery<T>(query: URLSearchParams, read: (reader: QueryReader) => T): T {
  const issues: Issue[] = []
  const result = read({
    text: (name) => query.get(name) ?? '',
    integer(name) {
      const text = query.get(name)
      if (text === null || text === '') return 0
      if (/^\d{1,9}$/.test(text)) return Number(text)
      issues.push({ path: name, message: 'must be a whole number of 0 to 999999999' })
      return 0
    },
    boolean(name) {
      const text = query.get(name)
      if (text !== null && text !== 'true' && text !== 'false') {
        issues.push({ path: name, message: 'must be true or false' })
      }
      return text === 'true'
    },
    choice(name, choices, fallback) {
      const text = query.get(name)
      if (text === null || text === '') return fallback
      if (Object.hasOwn(choices, text)) return choices[text] as typeof fallback
      issues.push({ path: name, message: `must be one of ${Object.keys(choices).join(', ')}` })
      return fallback
    },
    choices: (name, choices) =>
      query.getAll(name).flatMap((text) => {
        if (text === '') return []
        if (Object.hasOwn(choices, text)) return [choices[text] as (typeof choices)[string]]
        issues.push({ path: name, message: `must be one of ${Object.keys(choices).join(', ')}` })
        return []
      }),
  })
  if (issues.length > 0) throw new InvalidInputError(issues)
  return result
}
