import { InvalidInputError, type Issue } from '@ashlar/kernel'
import type { ChargeOrder } from './bank.ts'
import { bankModes, type BankBehaviour } from './behaviour.ts'

/** Reads the fields of a JSON body and collects what is wrong with them. */
class Fields {
  readonly #fields: Readonly<Record<string, unknown>>
  readonly #issues: Issue[] = []

  constructor(body: unknown) {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new InvalidInputError([{ path: '', message: 'the body must be a JSON object' }])
    }
    this.#fields = body as Record<string, unknown>
  }

  text(name: string, pattern: RegExp, expected: string): string {
    const value = this.#fields[name]
    if (typeof value === 'string' && pattern.test(value)) return value
    this.#issues.push({ path: name, message: `must be ${expected}` })
    return ''
  }

  integer(name: string, min: number, max: number, absent?: number): number {
    const value = this.#fields[name] ?? absent
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
    this.#issues.push({ path: name, message: `must be an integer from ${min} to ${max}` })
    return min
  }

  oneOf<T extends string>(name: string, choices: readonly [T, ...T[]]): T {
    const value = this.#fields[name]
    const choice = choices.find((candidate) => candidate === value)
    if (choice === undefined) this.#issues.push({ path: name, message: `must be one of ${choices.join(', ')}` })
    return choice ?? choices[0]
  }

  /** @throws {InvalidInputError} with everything that was wrong. */
  done<T>(value: T): T {
    if (this.#issues.length > 0) throw new InvalidInputError(this.#issues)
    return value
  }
}

/** The card's number. The other fields are checked and forgotten. */
export function readCard(body: unknown): { number: string } {
  const fields = new Fields(body)
  const number = fields.text('number', /^\d{12,19}$/, '12 to 19 digits')
  fields.integer('expiryMonth', 1, 12)
  fields.integer('expiryYear', 2000, 2199)
  fields.text('securityCode', /^\d{3,4}$/, '3 or 4 digits')
  return fields.done({ number })
}

export function readCharge(body: unknown): ChargeOrder {
  const fields = new Fields(body)
  return fields.done({
    amountMinor: fields.integer('amountMinor', 1, 100_000_000),
    currency: fields.text('currency', /^[A-Z]{3}$/, 'three capital letters'),
    token: fields.text('token', /^.{1,200}$/, '1 to 200 characters'),
    description: fields.text('description', /^.{0,200}$/, 'at most 200 characters'),
  })
}

export function readRefund(body: unknown): { chargeId: string; amountMinor: number } {
  const fields = new Fields(body)
  return fields.done({
    chargeId: fields.text('chargeId', /^[0-9a-f-]{36}$/, 'a UUID'),
    amountMinor: fields.integer('amountMinor', 1, 100_000_000),
  })
}

export function readBehaviour(body: unknown): BankBehaviour {
  const fields = new Fields(body)
  return fields.done({
    mode: fields.oneOf('mode', bankModes),
    delayMs: fields.integer('delayMs', 0, 60_000, 0),
    percent: fields.integer('percent', 1, 100, 100),
  })
}

export function readKey(header: string | string[] | undefined): string {
  if (typeof header === 'string' && /^[\x21-\x7e]{8,100}$/.test(header)) return header
  throw new InvalidInputError([
    { path: 'Idempotency-Key', message: 'must be a header of 8 to 100 visible ASCII characters' },
  ])
}

export function readPage(query: URLSearchParams): { after: number; limit: number; key: string | undefined } {
  const fields = new Fields({ after: Number(query.get('after') ?? 0), limit: Number(query.get('limit') ?? 100) })
  return fields.done({
    after: fields.integer('after', 0, Number.MAX_SAFE_INTEGER),
    limit: fields.integer('limit', 1, 1000),
    key: query.get('key') ?? undefined,
  })
}
