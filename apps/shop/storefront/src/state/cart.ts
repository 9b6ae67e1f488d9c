import { computed, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { isProblem, sayProblem } from '../api/problem.ts'
import { shop } from '../api/shop.ts'
import type { Cart, CartItem, Product } from '../api/types.ts'
import { device } from '../lib/device.ts'
import { mergeSteps, mostOfOne, parseLocalCart, withQuantity, type LocalCart } from '../lib/local-cart.ts'
import { sumMoney, timesMoney } from '../lib/money.ts'
import { session } from './session.ts'

export type CartState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'ready'; readonly items: readonly CartItem[] }

export const cart: Signal<CartState> = signal({ kind: 'loading' })
export const cartCount: ReadonlySignal<number> = computed(() =>
  cart.value.kind === 'ready' ? cart.value.items.reduce((sum, item) => sum + item.quantity, 0) : 0,
)

const slot = 'ashlar.cart'

// Changes go to the server one after another; its answer is shown only when no later change is under way, so that
// fast clicks never make the number jump back.
let queue: Promise<unknown> = Promise.resolve()
let underWay = 0

/** Loads the cart now and whenever the customer signs in or out. */
export function startCart(): void {
  let shownFor: string | undefined
  effect(() => {
    if (session.value.kind === 'starting') return
    const owner = session.value.kind === 'signed-in' ? session.value.user.id : ''
    if (owner === shownFor) return
    shownFor = owner
    void loadCart()
  })
}

export async function loadCart(): Promise<void> {
  try {
    if (session.peek().kind === 'signed-in') show(await mergedCart())
    else await showLocal(local())
  } catch (error) {
    cart.value = { kind: 'failed', why: sayProblem(error) }
  }
}

/** The signed-in customer's cart as it would be bought now. What is shown stays if it cannot be had. */
export async function refreshedCart(): Promise<readonly CartItem[]> {
  const answer = await shop.cart()
  show(answer)
  return answer.items
}

export function quantityOf(productId: string): number {
  return itemsNow().find((item) => item.productId === productId)?.quantity ?? 0
}

/** Adds to what is there, up to what can be bought. @returns how many are in the cart now */
export async function addToCart(product: Product, quantity: number): Promise<number> {
  const wanted = Math.min(quantityOf(product.id) + quantity, product.available, mostOfOne)
  await setQuantity(itemOf(product, wanted))
  return wanted
}

/** Sets a line of the cart to the item's quantity; 0 takes it out. Shown at once, undone if the server refuses. */
export async function setQuantity(item: CartItem): Promise<void> {
  if (session.peek().kind !== 'signed-in') return setLocal(item)
  showLine(item)
  underWay++
  const step = queue.then(async () => {
    try {
      const answer = await shop.setCartItem(item.productId, item.quantity)
      if (underWay === 1) show(answer)
    } finally {
      underWay--
    }
  })
  queue = step.catch(() => undefined)
  try {
    await step
  } catch (error) {
    await loadCart()
    throw error
  }
}

function setLocal(item: CartItem): void {
  const changed = withQuantity(local(), item.productId, item.quantity)
  if (changed === undefined) throw new Error('Your cart is full. Sign in or take something out first.')
  device.write(slot, JSON.stringify(changed))
  showLine(item)
}

/** The server's cart with the goods in it that were chosen before signing in. */
async function mergedCart(): Promise<Cart> {
  let merged = await shop.cart()
  for (const { productId, quantity } of mergeSteps(local(), merged.items)) {
    try {
      merged = await shop.setCartItem(productId, quantity)
    } catch (error) {
      // A product that is gone, or one more than a cart takes, is left behind; anything else is tried again later.
      if (!isProblem(error) || error.status >= 500 || error.status === 0) return merged
    }
  }
  device.write(slot, undefined)
  return merged
}

async function showLocal(lines: LocalCart): Promise<void> {
  const items = await Promise.all(
    Object.entries(lines).map(async ([id, quantity]) => {
      try {
        return [itemOf(await shop.product(id), quantity)]
      } catch (error) {
        if (isProblem(error) && error.status === 404) return []
        throw error
      }
    }),
  )
  cart.value = { kind: 'ready', items: items.flat() }
}

function showLine(item: CartItem): void {
  const line = { ...item, lineTotal: timesMoney(item.unitPrice, item.quantity) }
  const before = itemsNow()
  const known = before.some((other) => other.productId === item.productId)
  const items = known ? before.map((other) => (other.productId === item.productId ? line : other)) : [...before, line]
  cart.value = { kind: 'ready', items: items.filter((other) => other.quantity > 0) }
}

function show(answer: Cart): void {
  cart.value = { kind: 'ready', items: answer.items }
}

function itemsNow(): readonly CartItem[] {
  const now = cart.peek()
  return now.kind === 'ready' ? now.items : []
}

function local(): LocalCart {
  return parseLocalCart(device.read(slot))
}

function itemOf(product: Product, quantity: number): CartItem {
  const line = { unitPrice: product.price, quantity }
  return {
    productId: product.id,
    name: product.name,
    ...line,
    lineTotal: sumMoney([line]) ?? product.price,
    available: product.retired ? 0 : product.available,
    categorySlug: product.categorySlug,
    colour: product.colour,
    retired: product.retired,
    imageHash: product.imageHash,
  }
}
