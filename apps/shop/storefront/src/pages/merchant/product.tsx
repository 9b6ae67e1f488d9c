import type { VNode } from 'preact'
import { isProblem } from '../../api/problem.ts'
import { useProduct } from '../../lib/use-product.ts'
import { EditProduct } from '../../parts/edit-product.tsx'
import { MerchantFailed } from '../../parts/merchant-failed.tsx'
import { MerchantFrame } from '../../parts/merchant-frame.tsx'
import { PictureProduct } from '../../parts/picture-product.tsx'
import { PriceProduct } from '../../parts/price-product.tsx'
import { RetireProduct } from '../../parts/retire-product.tsx'
import { SaleMark } from '../../parts/sale-mark.tsx'
import { Alert, Loading } from '../../parts/states.tsx'
import { StockProduct } from '../../parts/stock-product.tsx'
import { NotFoundPage } from '../not-found.tsx'

const trail = [{ name: 'Products', href: '/merchant/products' }]

export function MerchantProductPage({ id }: { id: string }): VNode {
  const { product, error, change, reload } = useProduct(id)
  if (isProblem(error) && (error.status === 404 || error.status === 400)) {
    return <NotFoundPage title="There is no such product" text="The link may be mistyped." />
  }
  if (product === undefined) {
    return (
      <MerchantFrame title="Product" trail={trail}>
        {error === undefined ? <Loading lines={8} /> : <MerchantFailed error={error} retry={() => void reload()} />}
      </MerchantFrame>
    )
  }
  const section = { product, onChange: change, onReload: reload }
  return (
    <MerchantFrame
      title={product.name}
      trail={trail}
      tools={
        <a class="button quiet-button" href={`/products/${product.id}`}>
          See it in the shop
        </a>
      }
    >
      <p class="product-state">
        <SaleMark product={product} />
        <span class="quiet">Article {product.sku}</span>
      </p>
      {error === undefined ? null : <Alert>The latest version could not be loaded. Please try again.</Alert>}
      <div class="product-edit">
        <div class="product-edit-main">
          <EditProduct {...section} />
          <PictureProduct {...section} />
        </div>
        <div class="product-edit-side">
          <PriceProduct {...section} />
          <StockProduct product={product} />
          <RetireProduct {...section} />
        </div>
      </div>
    </MerchantFrame>
  )
}
