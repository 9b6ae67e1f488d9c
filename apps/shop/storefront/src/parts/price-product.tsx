import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { merchant } from '../api/merchant.ts'
import type { Product } from '../api/types.ts'
import { formatMinute } from '../lib/dates.ts'
import { formatMoney, parseMoney, typedMoney } from '../lib/money.ts'
import { serverMistakes } from '../lib/product-form.ts'
import { useAction } from '../lib/use-action.ts'
import { useQuery } from '../lib/use-query.ts'
import { announce } from '../state/notices.ts'
import type { ProductSectionProps } from './edit-product.tsx'
import { Field, focusMistake } from './field.tsx'
import { ProductFailure } from './product-failure.tsx'

/** The price, and what it was before. */
export function PriceProduct({ product, onChange, onReload }: ProductSectionProps): VNode {
  const [text, setText] = useTypedPrice(product)
  const [mistake, setMistake] = useState<string>()
  const form = useRef<HTMLFormElement>(null)
  const reprice = useAction(async () => {
    const price = parseMoney(text)
    const found = price === undefined || price.amountMinor === '0' ? 'Enter a price above 0, like 12.50.' : undefined
    setMistake(found)
    if (price === undefined || found !== undefined) return focusMistake(form.current)
    try {
      const changed = await merchant.reprice(product.id, product.version, price)
      onChange(changed)
      setText(typedMoney(changed.price))
      announce(`The price is ${formatMoney(changed.price)} now`)
    } catch (error) {
      const told = serverMistakes(error, ['price']).price
      setMistake(told)
      if (told === undefined) throw error
      focusMistake(form.current)
    }
  })
  const submit = (event: Event): void => {
    event.preventDefault()
    void reprice.run()
  }
  return (
    <section class="panel" aria-labelledby="price">
      <h2 id="price">Price</h2>
      <form ref={form} class="stacked" noValidate onSubmit={submit}>
        <Field
          label="Price in euros"
          name="price"
          value={text}
          onValue={setText}
          mistake={mistake}
          hint="Orders that were placed keep their price; carts show the new one."
          input={{ inputMode: 'decimal', autocomplete: 'off', required: true, maxLength: 10 }}
        />
        {reprice.failure === undefined ? null : (
          <ProductFailure
            error={reprice.failure}
            onReload={async () => {
              await onReload()
              reprice.clear()
            }}
          />
        )}
        <button type="submit" class="button quiet-button" aria-disabled={reprice.busy}>
          {reprice.busy ? 'One moment' : 'Change price'}
        </button>
      </form>
      <History productId={product.id} version={product.version} />
    </section>
  )
}

/** The price as it stands in the field. Somebody else's is taken over where none was typed. */
function useTypedPrice({ price }: Product): [text: string, setText: (text: string) => void] {
  const latest = typedMoney(price)
  const [text, setText] = useState(latest)
  const shown = useRef(latest)
  useEffect(() => {
    if (text === shown.current) setText(latest)
    shown.current = latest
  }, [latest])
  return [text, setText]
}

function History({ productId, version }: { productId: string; version: number }): VNode | null {
  const { data, error, retry } = useQuery(`prices ${productId} ${version}`, (signal) =>
    merchant.prices(productId, signal),
  )
  if (data === undefined && error !== undefined) {
    return (
      <p class="hint">
        The price history could not be loaded.{' '}
        <button type="button" class="link" onClick={retry}>
          Try again
        </button>
      </p>
    )
  }
  if (data === undefined || data.changes.length === 0) return null
  return (
    <>
      <h3 class="panel-subtitle">Price history</h3>
      <ol class="history price-history">
        {data.changes.map(({ price, at, merchantId }) => (
          <li key={at}>
            <span>
              <strong class="price">{formatMoney(price)}</strong>
              {merchantId === '' ? <span class="quiet">As the shop opened</span> : null}
            </span>
            <time dateTime={at}>{formatMinute(at)}</time>
          </li>
        ))}
      </ol>
    </>
  )
}
