import type { VNode } from 'preact'
import { formatMoney } from '../lib/money.ts'
import type { TotalChange } from '../lib/total-change.ts'
import { Icon } from './icon.tsx'

/** Says what something cost when it was shown and what it costs now. Nothing is charged before the new price is accepted. */
export function PriceChanged({ change }: { change: TotalChange }): VNode {
  return (
    <div class="price-changed" role="alert">
      <p class="price-changed-title">
        <Icon name="alert" /> A price has changed
      </p>
      <p>Nothing was charged. Look at the new total before you go on.</p>
      <table class="price-changed-table">
        <thead>
          <tr>
            <td />
            <th scope="col">Before</th>
            <th scope="col">Now</th>
          </tr>
        </thead>
        <tbody>
          {change.lines.map(({ name, before, now }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{formatMoney(before)}</td>
              <td>{formatMoney(now)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <td>{formatMoney(change.before)}</td>
            <td>{formatMoney(change.now)}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  )
}
