import type { Money } from '../api/types.ts'

const locale = 'en-IE'
const formats = new Map<string, Intl.NumberFormat>()

/** "€1,234.50". Exact for any amount: the digits are never turned into a floating-point number. */
export function formatMoney(money: Money): string {
  const format = formatFor(money.currency)
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  const negative = money.amountMinor.startsWith('-')
  const minor = money.amountMinor.replace('-', '').padStart(digits + 1, '0')
  const split = minor.length - digits
  const decimal = `${negative ? '-' : ''}${minor.slice(0, split)}${digits === 0 ? '' : `.${minor.slice(split)}`}`
  // A decimal string is formatted exactly; the type of Intl asks for a literal that looks like a number.
  return format.format(decimal as `${number}`)
}

/** The sum of unit price times quantity. Undefined for no lines, which have no currency. */
export function sumMoney(lines: readonly { unitPrice: Money; quantity: number }[]): Money | undefined {
  const currency = lines[0]?.unitPrice.currency
  if (currency === undefined) return undefined
  const total = lines.reduce((sum, line) => sum + BigInt(line.unitPrice.amountMinor) * BigInt(line.quantity), 0n)
  return { amountMinor: String(total), currency }
}

export function timesMoney(money: Money, quantity: number): Money {
  return { amountMinor: String(BigInt(money.amountMinor) * BigInt(quantity)), currency: money.currency }
}

/** "12.50" in euros as cents. Undefined while that is not what was typed. Exact: no digit goes through a float. */
export function parseMoney(text: string): Money | undefined {
  const [, whole, cents = ''] = /^(\d{1,7})(?:[.,](\d{1,2}))?$/.exec(text.trim()) ?? []
  if (whole === undefined) return undefined
  return { amountMinor: String(BigInt(whole + cents.padEnd(2, '0'))), currency: 'EUR' }
}

/** An amount as it is typed into a form: "12.50". */
export function typedMoney({ amountMinor }: Money): string {
  const minor = amountMinor.padStart(3, '0')
  return `${minor.slice(0, -2)}.${minor.slice(-2)}`
}

export function sameMoney(one: Money, other: Money): boolean {
  return one.amountMinor === other.amountMinor && one.currency === other.currency
}

function formatFor(currency: string): Intl.NumberFormat {
  let format = formats.get(currency)
  if (format === undefined) {
    format = new Intl.NumberFormat(locale, { style: 'currency', currency })
    formats.set(currency, format)
  }
  return format
}
