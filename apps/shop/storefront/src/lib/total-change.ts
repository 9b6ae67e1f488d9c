import type { Money } from '../api/types.ts'
import { sameMoney, sumMoney } from './money.ts'

interface Priced {
  readonly productId: string
  readonly name: string
  readonly quantity: number
  readonly unitPrice: Money
}

/** What a customer was shown and what it is now. */
export interface TotalChange {
  readonly before: Money
  readonly now: Money
  /** The products whose price is a different one, each by the piece. */
  readonly lines: readonly { readonly name: string; readonly before: Money; readonly now: Money }[]
}

/** What has changed between two looks at the same goods; undefined when it costs what it did. */
export function totalChange(shown: readonly Priced[], fresh: readonly Priced[]): TotalChange | undefined {
  const [before, now] = [sumMoney(shown), sumMoney(fresh)]
  if (before === undefined || now === undefined || sameMoney(before, now)) return undefined
  const prices = new Map(shown.map(({ productId, unitPrice }) => [productId, unitPrice]))
  const lines = fresh.flatMap(({ productId, name, unitPrice }) => {
    const was = prices.get(productId)
    return was === undefined || sameMoney(was, unitPrice) ? [] : [{ name, before: was, now: unitPrice }]
  })
  return { before, now, lines }
}
