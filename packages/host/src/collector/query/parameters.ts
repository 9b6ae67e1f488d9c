import { InvalidInputError, parseIsoTime, type Issue } from '@ashlar/kernel'

// Whatever can be asked for is no longer than this.
const maxTextLength = 256

/** Reads the parameters of a query. What is wrong is collected, and told together by `check`. */
export class Parameters {
  readonly #query: URLSearchParams
  readonly #known = new Set<string>()
  readonly #issues: Issue[] = []

  constructor(query: URLSearchParams) {
    this.#query = query
  }

  text(name: string): string | undefined {
    this.#known.add(name)
    const value = this.#query.get(name) ?? ''
    if (value.length > maxTextLength) this.refuse(name, `has ${maxTextLength} characters at most`)
    return value === '' ? undefined : value
  }

  /** A finite number. */
  number(name: string, { min, max }: { readonly min: number; readonly max: number }): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    this.refuse(name, `is a number from ${min} to ${max}`)
    return undefined
  }

  whole(name: string, options: { readonly min: number; readonly max: number }): number | undefined {
    const value = this.number(name, options)
    if (value === undefined || Number.isInteger(value)) return value
    this.refuse(name, 'is a whole number')
    return undefined
  }

  flag(name: string): boolean {
    const text = this.text(name)
    if (text !== undefined && text !== 'true' && text !== 'false') this.refuse(name, 'is true or false')
    return text === 'true'
  }

  oneOf<const T extends string>(name: string, values: readonly T[]): T | undefined {
    const text = this.text(name)
    const value = values.find((one) => one === text)
    if (text !== undefined && value === undefined) this.refuse(name, `is one of ${values.join(', ')}`)
    return value
  }

  /** A time: RFC 3339, or epoch milliseconds. */
  time(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = /^\d{1,15}$/.test(text) ? Number(text) : parseIsoTime(text)
    if (value === undefined) this.refuse(name, 'is a time: 2026-01-31T12:00:00Z, or epoch milliseconds')
    return value
  }

  traceId(name: string): string | undefined {
    const text = this.text(name)?.toLowerCase()
    if (text !== undefined && !/^[0-9a-f]{32}$/.test(text)) this.refuse(name, 'is a trace id: 32 hexadecimal digits')
    return text
  }

  /** @throws {InvalidInputError} with everything that is wrong, parameters that nothing here asked for included. */
  check(): void {
    for (const name of new Set(this.#query.keys())) {
      if (!this.#known.has(name))
        this.refuse(name.slice(0, maxTextLength), `means nothing here (there are: ${[...this.#known].join(', ')})`)
    }
    if (this.#issues.length > 0) throw new InvalidInputError(this.#issues)
  }

  /** Says what is wrong with a parameter. */
  refuse(path: string, message: string): void {
    this.#issues.push({ path, message })
  }
}
