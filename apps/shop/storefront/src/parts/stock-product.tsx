import type { VNode } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { isProblem, sayProblem } from '../api/problem.ts'
import { merchant } from '../api/merchant.ts'
import type { Product, StockLevel } from '../api/types.ts'
import { serverMistakes } from '../lib/product-form.ts'
import { useAction } from '../lib/use-action.ts'
import { forgetAll, useQuery } from '../lib/use-query.ts'
import { announce } from '../state/notices.ts'
import { Field, focusMistake } from './field.tsx'
import { Alert, Failed, Skeleton } from './states.tsx'

/** How many pieces there are, and a way to book some in or out. */
export function StockProduct({ product }: { product: Product }): VNode {
  const { data, error, retry } = useQuery(`stock ${product.id}`, (signal) => merchant.stock(product.id, signal))
  const [booked, setBooked] = useState<StockLevel>()
  const level = booked ?? data?.levels[0]
  return (
    <section class="panel" aria-labelledby="stock">
      <h2 id="stock">Stock</h2>
      {level === undefined ? (
        error === undefined ? (
          <Skeleton lines={2} />
        ) : (
          <Failed error={error} retry={retry} />
        )
      ) : (
        <dl class="levels">
          <Level name="Available" pieces={level.available} />
          <Level name="Reserved" pieces={level.reserved} />
          <Level name="Sold" pieces={level.sold} />
        </dl>
      )}
      <Book productId={product.id} onBooked={setBooked} />
    </section>
  )
}

function Level({ name, pieces }: { name: string; pieces: number }): VNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{pieces}</dd>
    </div>
  )
}

function Book({ productId, onBooked }: { productId: string; onBooked: (level: StockLevel) => void }): VNode {
  const [text, setText] = useState('')
  const [mistake, setMistake] = useState<string>()
  const form = useRef<HTMLFormElement>(null)
  // Stands for one booking: trying again after a lost answer books nothing twice.
  const key = useRef({ key: '', delta: 0 })
  const book = useAction(async () => {
    const delta = /^[+-]?\d{1,7}$/.test(text.trim()) ? Number(text) : 0
    const found = delta === 0 || Math.abs(delta) > 1_000_000 ? 'Enter how many: 20, or -3 to take out.' : undefined
    setMistake(found)
    if (found !== undefined) return focusMistake(form.current)
    if (key.current.delta !== delta) key.current = { key: crypto.randomUUID(), delta }
    try {
      onBooked(await merchant.adjustStock(key.current.key, productId, delta))
      key.current = { key: '', delta: 0 }
      forgetAll()
      setText('')
      announce('Stock booked')
    } catch (error) {
      const told = isProblem(error, 'SHOP_OUT_OF_STOCK')
        ? 'There are not that many to take out.'
        : serverMistakes(error, ['delta']).delta
      setMistake(told)
      if (told === undefined) throw error
      focusMistake(form.current)
    }
  })
  const submit = (event: Event): void => {
    event.preventDefault()
    void book.run()
  }
  return (
    <form ref={form} class="stacked" noValidate onSubmit={submit}>
      <Field
        label="Pieces to add"
        name="delta"
        value={text}
        onValue={setText}
        mistake={mistake}
        hint="A number with a minus takes pieces out."
        input={{ autocomplete: 'off', required: true, maxLength: 8 }}
      />
      {book.failure === undefined ? null : <Alert>{sayProblem(book.failure)}</Alert>}
      <button type="submit" class="button quiet-button" aria-disabled={book.busy}>
        {book.busy ? 'One moment' : 'Book stock'}
      </button>
    </form>
  )
}
