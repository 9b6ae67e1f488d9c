import type { VNode } from 'preact'
import { isProblem, Problem } from '../api/problem.ts'
import { merchant } from '../api/merchant.ts'
import { announce } from '../state/notices.ts'
import { Confirm } from './confirm.tsx'
import type { ProductSectionProps } from './edit-product.tsx'

/** Takes a product out of the shop, or puts it back. */
export function RetireProduct({ product, onChange, onReload }: ProductSectionProps): VNode {
  const { retired } = product
  const change = async (): Promise<boolean> => {
    try {
      onChange(await (retired ? merchant.restore : merchant.retire)(product.id, product.version))
    } catch (error) {
      if (!isProblem(error, 'SHOP_PRODUCT_CHANGED')) throw error
      await onReload()
      const message = 'Somebody else has just changed this product. It is loaded anew: look at it, then press again.'
      throw new Problem({ status: error.status, code: error.code, message })
    }
    announce(retired ? 'The product is on sale again' : 'The product is retired')
    return true
  }
  return (
    <section class="panel stacked" aria-labelledby="sale">
      <h2 id="sale">Sale</h2>
      <p>
        {retired
          ? 'This product is retired: customers do not find it and cannot buy it.'
          : 'Customers find this product and can buy it.'}
      </p>
      <Confirm
        ask={retired ? 'Put back on sale' : 'Retire this product'}
        title={retired ? `Put ${product.name} back on sale?` : `Retire ${product.name}?`}
        action={retired ? 'Put back on sale' : 'Retire'}
        keep={retired ? 'Leave it retired' : 'Keep it on sale'}
        danger={!retired}
        onConfirm={change}
      >
        <p>
          {retired
            ? 'Customers find it again, at the price it has now.'
            : 'It is no longer found or sold. What customers are paying for this moment they still get, and it can be put back.'}
        </p>
      </Confirm>
    </section>
  )
}
