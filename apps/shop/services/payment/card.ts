import { toIsoTime } from '@ashlar/kernel'
import type { Checker } from '../shared/validate.ts'
import type { CardDetails } from './bank.ts'

/**
 * Reads a card as typed by a customer: spaces and hyphens in the number are ignored. Issues never repeat a digit.
 * @param nowMs decides which cards have expired: a card is good through the last day of its month, in UTC.
 */
export function checkCard(check: Checker, card: CardDetails, nowMs: number): CardDetails {
  const number = card.number.replaceAll(/[\s-]/g, '')
  if (!/^\d{12,19}$/.test(number)) check.issue('number', 'must be 12 to 19 digits')
  else if (!passesLuhn(number)) check.issue('number', 'is not a card number; check for a mistyped digit')
  if (!/^\d{3,4}$/.test(card.securityCode)) check.issue('securityCode', 'must be the 3 or 4 digits on the card')

  const isMonth = Number.isInteger(card.expiryMonth) && card.expiryMonth >= 1 && card.expiryMonth <= 12
  const isYear = Number.isInteger(card.expiryYear) && card.expiryYear >= 2000 && card.expiryYear <= 2099
  if (!isMonth) check.issue('expiryMonth', 'must be 1 to 12')
  if (!isYear) check.issue('expiryYear', 'must be a year with four digits, such as 2030')
  const thisMonth = toIsoTime(nowMs).slice(0, 7)
  const lastMonth = `${card.expiryYear}-${String(card.expiryMonth).padStart(2, '0')}`
  if (isMonth && isYear && lastMonth < thisMonth) {
    check.issue(card.expiryYear < Number(thisMonth.slice(0, 4)) ? 'expiryYear' : 'expiryMonth', 'has passed')
  }
  return { ...card, number }
}

/** The check digit of card numbers, which catches every single mistyped digit. Source: ISO/IEC 7812-1, annex B. */
export function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index])
    const doubled = index % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
