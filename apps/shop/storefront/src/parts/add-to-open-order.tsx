import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { shop } from '../api/shop.ts'
import type { Order, Product } from '../api/types.ts'
import { mostOfOne } from '../lib/local-cart.ts'
import { sayOpenOrderProblem } from '../lib/say-checkout.ts'
import { forgetAll, useQuery } from '../lib/use-query.ts'
import { announce } from '../state/notices.ts'
import { session } from '../state/session.ts'
import { Icon } from './icon.tsx'
import { Alert } from './states.tsx'

interface AddToOpenOrderProps {
  readonly product: Product
  readonly quantity: number
}

/** Offers to put a product into an order that the customer has not paid yet. Shows nothing where there is none. */
export function AddToOpenOrder(props: AddToOpenOrderProps): VNode | null {
  return session.value.kind === 'signed-in' ? <ForCustomer {...props} userId={session.value.user.id} /> : null
}

const looked = 20

function ForCustomer({ product, quantity, userId }: AddToOpenOrderProps & { userId: string }): VNode | null {
  const { data } = useQuery(`open orders ${userId}`, async (signal) => {
    const { orders } = await shop.orders({ size: looked }, signal)
    return orders.filter(({ status }) => status === 'ORDER_STATUS_CREATED')
  })
  const [added, setAdded] = useState<Order>()
  const [failure, setFailure] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  if (data === undefined || data.length === 0) return null
  const add = async ({ id }: Order): Promise<void> => {
    if (busy) return
    setBusy(true)
    setFailure(undefined)
    setAdded(undefined)
    try {
      // Asked anew: it may have been changed on another page, and what is set is the whole quantity.
      const before = (await shop.order(id)).lines.find(({ productId }) => productId === product.id)?.quantity ?? 0
      const changed = await shop.setOrderItem(id, product.id, Math.min(before + quantity, mostOfOne))
      forgetAll()
      setAdded(changed)
      announce(`Added to order ${changed.number}`)
    } catch (error) {
      setFailure(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <div class="open-orders">
      {data.map((order) => (
        <button
          key={order.id}
          type="button"
          class="button quiet-button"
          aria-disabled={busy}
          onClick={() => void add(order)}
        >
          Add to open order {order.number}
        </button>
      ))}
      {added === undefined ? null : (
        <p class="saved">
          <Icon name="check" size={18} /> Added. <a href={`/orders/${added.id}`}>See order {added.number}</a>
        </p>
      )}
      {failure === undefined ? null : <Alert>{sayOpenOrderProblem(failure)}</Alert>}
    </div>
  )
}
