import type { MessageInitShape } from '@bufbuild/protobuf'
import type { Money as ProtoMoney, MoneySchema } from '../../contracts/gen/shop/common/v1/money_pb.ts'
import { invalid } from './validate.ts'

/** An amount in the smallest unit of its currency. Never a fraction, so sums are exact. */
export interface Money {
  /** A safe integer: 1999 with "EUR" is 19.99 euros. */
  readonly amountMinor: number
  /** ISO 4217, three capital letters. */
  readonly currency: string
}

/** @throws {RangeError} when the amount is not a safe integer, or the currency not three capital letters. */
export function money(amountMinor: number, currency: string): Money {
  if (!Number.isSafeInteger(amountMinor)) throw new RangeError(`money: not a safe integer: ${amountMinor}`)
  if (!/^[A-Z]{3}$/.test(currency)) throw new RangeError(`money: currency must be three capitals, got "${currency}"`)
  return { amountMinor, currency }
}

/** @throws {TypeError} when the currencies differ: there is no exchange rate here. */
export function add(left: Money, right: Money): Money {
  if (left.currency !== right.currency) throw new TypeError(`money: cannot add ${right.currency} to ${left.currency}`)
  return money(left.amountMinor + right.amountMinor, left.currency)
}

/** @throws {RangeError} when `count` is not an integer, or the product is not safe. */
export function times(unit: Money, count: number): Money {
  if (!Number.isSafeInteger(count)) throw new RangeError(`money: can only be multiplied by an integer, got ${count}`)
  return money(unit.amountMinor * count, unit.currency)
}

/** For people, in English: "€19.99". Every digit is right, however large the amount. */
export function formatMoney({ amountMinor, currency }: Money): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  const decimals = format.resolvedOptions().maximumFractionDigits ?? 0
  const digits = String(Math.abs(amountMinor)).padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const exact = `${amountMinor < 0 ? '-' : ''}${whole}.${digits.slice(whole.length)}`
  return format.format(exact as `${number}`)
}

export function toProtoMoney(value: Money): MessageInitShape<typeof MoneySchema> {
  return { amountMinor: BigInt(value.amountMinor), currency: value.currency }
}

/** @throws {InvalidInputError} at `path` when the message is missing, too large to count exactly, or has no currency. */
export function fromProtoMoney(message: ProtoMoney | undefined, path: string): Money {
  if (message === undefined) throw invalid(path, 'is required')
  const amountMinor = Number(message.amountMinor)
  if (!Number.isSafeInteger(amountMinor)) throw invalid(`${path}.amountMinor`, 'is too large')
  if (!/^[A-Z]{3}$/.test(message.currency)) {
    throw invalid(`${path}.currency`, 'must be three capital letters, such as EUR')
  }
  return { amountMinor, currency: message.currency }
}
