import type { VNode } from 'preact'
import { isProblem } from '../api/problem.ts'
import { Failed } from './states.tsx'

/** What a merchant's page shows when it could not be loaded, above all when the role was taken away meanwhile. */
export function MerchantFailed({ error, retry }: { error: unknown; retry: () => void }): VNode {
  if (!isProblem(error, 'SHOP_FORBIDDEN')) return <Failed error={error} retry={retry} />
  return (
    <div class="state" role="alert">
      <p class="state-title">You may not see this any more</p>
      <p>Your account is not one of the shop's staff now. Load the page again to go on as a customer.</p>
    </div>
  )
}
