import type { VNode } from 'preact'
import type { Order } from '../api/types.ts'
import { statusName, stepsOf } from '../lib/order-steps.ts'
import { Icon, type IconName } from './icon.tsx'

const icons: Partial<Record<string, IconName>> = { done: 'check', stopped: 'close' }

/** Where the order is: in words, and as a line of steps with a shape for each state. */
export function OrderStepper({ order }: { order: Order }): VNode {
  const interrupted = order.status === 'ORDER_STATUS_INTERRUPTED'
  return (
    <div class="stepper">
      <p class="stepper-status">
        Status: <strong data-testid="order-status">{statusName(order.status)}</strong>
      </p>
      <ol aria-label="Progress of the order">
        {stepsOf(order).map(({ name, state }) => {
          const icon = interrupted && state === 'stopped' ? 'alert' : icons[state]
          return (
            <li
              key={name}
              class={`step step-${state}${interrupted ? ' step-waits' : ''}`}
              aria-current={state === 'current' ? 'step' : undefined}
            >
              <span class="step-dot">{icon === undefined ? null : <Icon name={icon} size={18} />}</span>
              <span class="step-name">
                {name}
                {state === 'ahead' ? <span class="sr-only"> (not yet)</span> : null}
              </span>
            </li>
          )
        })}
      </ol>
    </div>
  )
}
