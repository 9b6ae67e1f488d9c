import type { VNode } from 'preact'
import { isProblem, sayProblem } from '../api/problem.ts'
import { Alert } from './states.tsx'

interface ProductFailureProps {
  readonly error: unknown
  readonly onReload: () => Promise<void>
}

/** Why a change of a product was not made. When somebody else was faster, loading their change is offered. */
export function ProductFailure({ error, onReload }: ProductFailureProps): VNode {
  if (!isProblem(error, 'SHOP_PRODUCT_CHANGED')) return <Alert>{sayProblem(error)}</Alert>
  return (
    <Alert>
      <p>
        Somebody else has changed this product since you opened it. Nothing of yours was saved, and nothing is lost.
      </p>
      <p>
        <button type="button" class="link" onClick={() => void onReload()}>
          Load the latest version and keep what I typed
        </button>
      </p>
    </Alert>
  )
}
