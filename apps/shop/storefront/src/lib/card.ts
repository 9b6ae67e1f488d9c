export type CardBrand = 'Visa' | 'Mastercard' | 'American Express' | 'Card'

export interface CardFields {
  readonly number: string
  readonly expiry: string
  readonly securityCode: string
}

export type CardMistakes = Partial<Record<keyof CardFields, string>>

export function digitsOf(text: string): string {
  return text.replace(/\D/g, '')
}

export function cardBrand(number: string): CardBrand {
  const digits = digitsOf(number)
  if (digits.startsWith('4')) return 'Visa'
  if (/^3[47]/.test(digits)) return 'American Express'
  if (/^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/.test(digits)) return 'Mastercard'
  return 'Card'
}

/** Groups digits as they are printed on the card: 4-4-4-4, or 4-6-5 for American Express. At most 19 digits. */
export function formatCardNumber(text: string): string {
  const digits = digitsOf(text).slice(0, 19)
  if (cardBrand(digits) === 'American Express') {
    return [digits.slice(0, 4), digits.slice(4, 10), digits.slice(10, 15)].filter((part) => part !== '').join(' ')
  }
  return digits.replace(/(\d{4})(?=\d)/g, '$1 ')
}

/** "7" -> "07 / ", "1228" -> "12 / 28". Deleting back over the slash works because the slash is only added going forward. */
export function formatExpiry(text: string, before = ''): string {
  let digits = digitsOf(text).slice(0, 4)
  if (/^[2-9]/.test(digits)) digits = `0${digits}`.slice(0, 4)
  const deleting = text.length < before.length
  if (digits.length < 2 || (digits.length === 2 && deleting)) return digits
  return `${digits.slice(0, 2)} / ${digits.slice(2)}`
}

/** The check digit that every payment card number ends in. */
export function passesLuhn(number: string): boolean {
  const digits = digitsOf(number)
  let sum = 0
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place])
    const doubled = place % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return digits.length >= 12 && sum % 10 === 0
}

/** Month 1 to 12 and a four-digit year; undefined while that is not what was typed. */
export function parseExpiry(text: string): { month: number; year: number } | undefined {
  const digits = digitsOf(text)
  const month = Number(digits.slice(0, 2))
  if (digits.length !== 4 || month < 1 || month > 12) return undefined
  return { month, year: 2000 + Number(digits.slice(2)) }
}

/** What to correct before a card is worth sending. A card is good to the last day of its month. */
export function checkCard(card: CardFields, today: Date): CardMistakes {
  const mistakes: CardMistakes = {}
  if (digitsOf(card.number) === '') mistakes.number = 'Enter the number on the front of the card.'
  else if (!passesLuhn(card.number)) mistakes.number = 'This number has a typing mistake. Please check the digits.'
  const expiry = parseExpiry(card.expiry)
  if (expiry === undefined) mistakes.expiry = 'Enter the month and year as MM / YY.'
  else if (expiry.year * 12 + expiry.month - 1 < today.getFullYear() * 12 + today.getMonth()) {
    mistakes.expiry = 'This card has expired.'
  }
  const length = cardBrand(card.number) === 'American Express' ? 4 : 3
  if (digitsOf(card.securityCode).length !== length) mistakes.securityCode = `Enter the ${length} digits.`
  return mistakes
}
