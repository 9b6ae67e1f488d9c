/** What the bank answers when a card is charged. */
export type CardOutcome = 'APPROVED' | 'CARD_DECLINED' | 'INSUFFICIENT_FUNDS' | 'CARD_EXPIRED'

/** A card as the bank keeps it: enough to charge it, and never its number or security code. */
export interface Card {
  readonly token: string
  readonly brand: string
  readonly last4: string
  readonly outcome: CardOutcome
}

const testNumbers: Readonly<Record<string, CardOutcome>> = {
  '4000000000000002': 'CARD_DECLINED',
  '4000000000009995': 'INSUFFICIENT_FUNDS',
  '4000000000000069': 'CARD_EXPIRED',
}

/** What charging this number will come to: the test numbers fail in their own way, every other is good. */
export function outcomeOf(number: string): CardOutcome {
  return testNumbers[number] ?? 'APPROVED'
}

const brands: readonly (readonly [RegExp, string])[] = [
  [/^4/, 'Visa'],
  [/^(5[1-5]|2[2-7])/, 'Mastercard'],
  [/^3[47]/, 'American Express'],
  [/^(6011|65)/, 'Discover'],
]

/** The card's brand by the first digits of its number. */
export function brandOf(number: string): string {
  return brands.find(([prefix]) => prefix.test(number))?.[1] ?? 'Card'
}
