import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { formatMoney } from '../lib/money.ts'
import { justAdded } from '../state/notices.ts'
import { Icon } from './icon.tsx'
import { Picture } from './picture.tsx'

const shownMs = 7_000

/** Confirms what went into the cart. Stays while it is pointed at or has the focus. */
export function AddedNotice(): VNode | null {
  const added = justAdded.value
  const [held, setHeld] = useState(false)
  const { url } = useLocation()
  useEffect(() => {
    justAdded.value = undefined
  }, [url])
  useEffect(() => {
    if (added === undefined || held) return undefined
    const timer = setTimeout(() => (justAdded.value = undefined), shownMs)
    return () => clearTimeout(timer)
  }, [added, held])
  if (added === undefined) return null
  const { product, quantity } = added
  const hold = (value: boolean) => () => setHeld(value)
  return (
    <aside
      class="added"
      aria-label="Added to your cart"
      onPointerEnter={hold(true)}
      onPointerLeave={hold(false)}
      onFocusIn={hold(true)}
      onFocusOut={hold(false)}
    >
      <p class="added-title">
        <Icon name="check" /> Added to your cart
      </p>
      <div class="added-line">
        <span class="thumb">
          <Picture productId={product.id} product={product} />
        </span>
        <p>
          <strong>{product.name}</strong>
          <br />
          <span class="quiet">
            {quantity} × {formatMoney(product.price)}
          </span>
        </p>
      </div>
      <a class="button" href="/cart">
        View cart
      </a>
      <button type="button" class="close" onClick={() => (justAdded.value = undefined)}>
        <Icon name="close" />
        <span class="sr-only">Close</span>
      </button>
    </aside>
  )
}
