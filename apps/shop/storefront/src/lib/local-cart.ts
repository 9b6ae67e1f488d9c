/** The cart of somebody who has not signed in: product id to quantity. */
export type LocalCart = Readonly<Record<string, number>>

export const mostLines = 50
export const mostOfOne = 99

/** Reads what is stored. It may have been written by anybody, so only what makes sense is taken. */
export function parseLocalCart(text: string | null): LocalCart {
  let stored: unknown
  try {
    stored = JSON.parse(text ?? '{}')
  } catch {
    return {}
  }
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return {}
  const lines = Object.entries(stored).filter(
    ([id, quantity]) =>
      /^[\w-]{1,64}$/.test(id) && Number.isInteger(quantity) && quantity >= 1 && quantity <= mostOfOne,
  )
  return Object.fromEntries(lines.slice(0, mostLines)) as LocalCart
}

/** Sets how many of a product there are; 0 takes it out. A new line beyond the bound is refused: undefined. */
export function withQuantity(cart: LocalCart, productId: string, quantity: number): LocalCart | undefined {
  const { [productId]: before, ...rest } = cart
  if (quantity <= 0) return rest
  if (before === undefined && Object.keys(rest).length >= mostLines) return undefined
  return { ...cart, [productId]: Math.min(quantity, mostOfOne) }
}

/**
 * What to ask of the server's cart so that it holds the local one too: the larger quantity of the two, not their
 * sum, because a merge that lost its connection half-way is done again.
 */
export function mergeSteps(
  local: LocalCart,
  server: readonly { productId: string; quantity: number }[],
): { productId: string; quantity: number }[] {
  const there = new Map(server.map((item) => [item.productId, item.quantity]))
  return Object.entries(local)
    .filter(([productId, quantity]) => quantity > (there.get(productId) ?? 0))
    .map(([productId, quantity]) => ({ productId, quantity: Math.min(quantity, mostOfOne) }))
}
