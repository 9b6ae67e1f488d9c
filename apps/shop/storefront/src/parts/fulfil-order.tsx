import type { VNode } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { isProblem, sayProblem } from '../api/problem.ts'
import { merchant } from '../api/merchant.ts'
import type { Order, OrderStatus } from '../api/types.ts'
import { formatMoney } from '../lib/money.ts'
import { wasShipped } from '../lib/order-steps.ts'
import { serverMistakes } from '../lib/product-form.ts'
import { useAction } from '../lib/use-action.ts'
import { announce } from '../state/notices.ts'
import { Confirm } from './confirm.tsx'
import { Field, focusMistake } from './field.tsx'
import { focusHeading } from './heading.tsx'
import { Alert } from './states.tsx'
import { TextArea } from './text-area.tsx'

interface FulfilProps {
  readonly order: Order
  readonly onChange: (order: Order) => void
}

/** What a merchant can do with an order now. Shows nothing where that is nothing. */
export function FulfilOrder({ order, onChange }: FulfilProps): VNode | null {
  if (order.status === 'ORDER_STATUS_PAID') return <Ship order={order} onChange={onChange} />
  return wasShipped(order) && order.status !== 'ORDER_STATUS_REFUNDED' ? (
    <Shipped order={order} onChange={onChange} />
  ) : null
}

const carriers = ['DHL', 'UPS', 'GLS', 'DPD', 'FedEx', 'An Post']

function Ship({ order, onChange }: FulfilProps): VNode {
  const [fields, setFields] = useState({ carrier: '', trackingNumber: '' })
  const [mistakes, setMistakes] = useState<Partial<Record<keyof typeof fields, string>>>({})
  const form = useRef<HTMLFormElement>(null)
  const ship = useAction(async () => {
    const body = { carrier: fields.carrier.trim(), trackingNumber: fields.trackingNumber.trim() }
    const found = checkShipment(body)
    setMistakes(found)
    if (Object.keys(found).length > 0) return focusMistake(form.current)
    try {
      onChange(await merchant.ship(order.id, body))
      announce('Order shipped')
      focusHeading()
    } catch (error) {
      const told = serverMistakes(error, ['carrier', 'trackingNumber'])
      setMistakes(told)
      if (Object.keys(told).length === 0) throw error
      focusMistake(form.current)
    }
  })
  const submit = (event: Event): void => {
    event.preventDefault()
    void ship.run()
  }
  return (
    <section class="panel" aria-labelledby="ship">
      <h2 id="ship">Ship this order</h2>
      <form ref={form} class="stacked" noValidate onSubmit={submit}>
        <Field
          label="Carrier"
          name="carrier"
          value={fields.carrier}
          onValue={(carrier) => setFields({ ...fields, carrier })}
          mistake={mistakes.carrier}
          input={{ list: 'carriers', autocomplete: 'off', required: true, maxLength: 60 }}
        />
        <datalist id="carriers">
          {carriers.map((carrier) => (
            <option key={carrier} value={carrier} />
          ))}
        </datalist>
        <Field
          label="Tracking number"
          name="trackingNumber"
          value={fields.trackingNumber}
          onValue={(trackingNumber) => setFields({ ...fields, trackingNumber })}
          mistake={mistakes.trackingNumber}
          hint="The customer sees it on the page of the order."
          input={{ autocomplete: 'off', spellcheck: false, required: true, maxLength: 60 }}
        />
        {ship.failure === undefined ? null : <FulfilAlert error={ship.failure} />}
        <button type="submit" class="button wide" aria-disabled={ship.busy}>
          {ship.busy ? 'One moment' : 'Mark as shipped'}
        </button>
      </form>
    </section>
  )
}

function checkShipment({ carrier, trackingNumber }: { carrier: string; trackingNumber: string }) {
  return {
    ...(carrier.length < 2 ? { carrier: 'Enter who carries it.' } : {}),
    ...(/^[A-Za-z\d-]{4,60}$/.test(trackingNumber)
      ? {}
      : { trackingNumber: 'Use 4 to 60 letters, digits and hyphens, as on the label.' }),
  }
}

const titles: Partial<Record<OrderStatus, string>> = {
  ORDER_STATUS_SHIPPED: 'On its way',
  ORDER_STATUS_INTERRUPTED: 'Refund interrupted',
}

function Shipped({ order, onChange }: FulfilProps): VNode {
  const deliver = useAction(async () => {
    onChange(await merchant.deliver(order.id))
    announce('Order delivered')
    focusHeading()
  })
  return (
    <section class="panel stacked" aria-labelledby="after">
      <h2 id="after">{titles[order.status] ?? 'Delivered'}</h2>
      {order.status === 'ORDER_STATUS_INTERRUPTED' ? (
        <p>The refund stopped before its end. Ask for it once more: the customer gets the money once.</p>
      ) : null}
      {deliver.failure === undefined ? null : <FulfilAlert error={deliver.failure} />}
      {order.status === 'ORDER_STATUS_SHIPPED' ? (
        <button type="button" class="button wide" aria-disabled={deliver.busy} onClick={() => void deliver.run()}>
          {deliver.busy ? 'One moment' : 'Mark as delivered'}
        </button>
      ) : null}
      <Refund order={order} onChange={onChange} />
    </section>
  )
}

function Refund({ order, onChange }: FulfilProps): VNode {
  const [reason, setReason] = useState(order.refundReason)
  const [mistake, setMistake] = useState<string>()
  const [restock, setRestock] = useState(false)
  const refund = async (): Promise<boolean> => {
    // One sentence of the order's history, in however many lines it was typed.
    const why = reason.trim().replaceAll(/\s+/g, ' ')
    setMistake(why === '' ? 'Say why.' : undefined)
    if (why === '') return false
    const changed = await merchant.refund(order.id, { reason: why, restock })
    onChange(changed)
    // The bank may not have answered: then the page asks for the refund once more.
    announce(changed.status === 'ORDER_STATUS_REFUNDED' ? 'Order refunded' : 'The refund is not through yet')
    focusHeading()
    return true
  }
  return (
    <Confirm
      ask="Refund"
      title={`Refund order ${order.number}?`}
      action={`Refund ${formatMoney(order.total)}`}
      keep="Do not refund"
      danger
      onConfirm={refund}
    >
      <p>The customer gets all of {formatMoney(order.total)} back. This cannot be undone.</p>
      <TextArea
        label="Reason"
        name="reason"
        rows={3}
        maxLength={300}
        value={reason}
        onValue={setReason}
        mistake={mistake}
        hint="The customer reads it."
      />
      <label class="check">
        <input type="checkbox" checked={restock} onChange={(event) => setRestock(event.currentTarget.checked)} />
        <span>The pieces are back and can be sold again</span>
      </label>
    </Confirm>
  )
}

function FulfilAlert({ error }: { error: unknown }): VNode {
  const moved = isProblem(error, 'SHOP_ORDER_NOT_SHIPPABLE') || isProblem(error, 'SHOP_ORDER_NOT_SHIPPED')
  return (
    <Alert>
      {sayProblem(error)}
      {moved ? ' Load the page again to see what has become of it.' : ''}
    </Alert>
  )
}
