import { useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { isProblem } from '../api/problem.ts'
import { shop } from '../api/shop.ts'
import type { Address, CartItem, User } from '../api/types.ts'
import { checkAddress, emptyAddress, savedAddress, trimAddress, type AddressMistakes } from '../lib/address.ts'
import { checkCard, type CardFields, type CardMistakes } from '../lib/card.ts'
import { sumMoney } from '../lib/money.ts'
import { serverAddressMistakes, serverCardMistakes } from '../lib/say-checkout.ts'
import { totalChange, type TotalChange } from '../lib/total-change.ts'
import { useAction, type Action } from '../lib/use-action.ts'
import { refreshedCart } from './cart.ts'
import { buy, openOrder } from './checkout.ts'
import { userChanged } from './session.ts'

interface Mistakes {
  readonly address: AddressMistakes
  readonly card: CardMistakes
}

export interface Checkout {
  readonly address: Address
  readonly setAddress: (address: Address) => void
  readonly card: CardFields
  readonly setCard: (card: CardFields) => void
  readonly keepAddress: boolean
  readonly setKeepAddress: (keep: boolean) => void
  readonly mistakes: Mistakes
  /** What the last try found to cost something else than was shown. */
  readonly change: TotalChange | undefined
  /** Pays for the items now. */
  readonly place: Action<[]>
  /** Makes an order of them that is paid later. */
  readonly save: Action<[]>
}

const none: Mistakes = { address: {}, card: {} }

/** The state of the checkout's form, and what pressing its buttons does. `focus` is called when something is to be corrected. */
export function useCheckout(user: User, items: readonly CartItem[], focus: () => void): Checkout {
  const { route } = useLocation()
  const [address, setAddress] = useState<Address>(savedAddress(user) ?? emptyAddress(user.displayName))
  const [card, setCard] = useState<CardFields>({ number: '', expiry: '', securityCode: '' })
  const [keepAddress, setKeepAddress] = useState(savedAddress(user) === undefined)
  const [mistakes, setMistakes] = useState(none)
  const [change, setChange] = useState<TotalChange>()
  const openKey = useRef<string | undefined>(undefined)

  const tried = async (found: Mistakes, work: (clean: Address) => Promise<{ id: string }>): Promise<void> => {
    setMistakes(found)
    setChange(undefined)
    if (hasAny(found)) return focus()
    try {
      const clean = trimAddress(address)
      if (keepAddress) await saveAddress(user, clean)
      const order = await work(clean)
      route(`/orders/${order.id}`, true)
    } catch (error) {
      const told = { address: serverAddressMistakes(error), card: serverCardMistakes(error) }
      setMistakes(told)
      if (hasAny(told)) focus()
      const changed = isProblem(error, 'SHOP_PRICE_CHANGED') ? totalChange(items, await refreshedCart()) : undefined
      if (changed === undefined) throw error
      setChange(changed)
    }
  }

  const place = useAction(async () => {
    const shown = sumMoney(items)
    if (shown === undefined) return
    const found = { address: checkAddress(address), card: checkCard(card, new Date()) }
    await tried(found, (clean) => buy(user.id, card, clean, shown))
  })
  const save = useAction(async () => {
    await tried({ address: checkAddress(address), card: {} }, async (clean) => {
      openKey.current ??= crypto.randomUUID()
      try {
        return await openOrder(openKey.current, clean)
      } catch (error) {
        // The next try is for a cart that has changed: an order of its own.
        if (isProblem(error, 'SHOP_IDEMPOTENCY_KEY_REUSED')) openKey.current = undefined
        throw error
      }
    })
  })
  return { address, setAddress, card, setCard, keepAddress, setKeepAddress, mistakes, change, place, save }
}

/** Not worth losing a purchase for: what could not be kept is asked again next time. */
async function saveAddress(user: User, address: Address): Promise<void> {
  try {
    userChanged(await shop.saveMe({ displayName: user.displayName, address }))
  } catch (error) {
    if (isProblem(error) && error.issues.length > 0) throw error
  }
}

function hasAny({ address, card }: Mistakes): boolean {
  return Object.keys(address).length + Object.keys(card).length > 0
}
