import type { VNode } from 'preact'
import { useLocation } from 'preact-iso'
import { isProblem, sayProblem } from '../api/problem.ts'
import { shop } from '../api/shop.ts'
import type { Order } from '../api/types.ts'
import { useAction } from '../lib/use-action.ts'
import { loadCart } from '../state/cart.ts'
import { Alert } from './states.tsx'

/** Puts what was ordered into the cart. What is no longer sold is left out, and the cart says what it holds. */
export function OrderAgain({ order }: { order: Order }): VNode {
  const { route } = useLocation()
  const again = useAction(async () => {
    for (const { productId, quantity } of order.lines) {
      try {
        await shop.setCartItem(productId, quantity)
      } catch (error) {
        if (!isProblem(error) || error.status === 0 || error.status >= 500) throw error
      }
    }
    await loadCart()
    route('/cart')
  })
  return (
    <>
      <button type="button" class="button" aria-disabled={again.busy} onClick={() => void again.run()}>
        {again.busy ? 'One moment' : 'Put it into the cart again'}
      </button>
      {again.failure === undefined ? null : <Alert>{sayProblem(again.failure)}</Alert>}
    </>
  )
}
