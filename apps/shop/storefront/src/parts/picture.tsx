import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { ProductPicture } from '../art/picture.tsx'

export interface PictureProps {
  readonly productId: string
  readonly product: { readonly categorySlug: string; readonly colour: string; readonly imageHash: string }
  /** The product's name. Left out where it stands next to the picture, which hides that from assistive technology. */
  readonly name?: string
}

/** A product's picture: the uploaded one, or a drawing where there is none or it does not load. Always a square. */
export function Picture({ productId, product, name }: PictureProps): VNode {
  const { categorySlug, colour, imageHash } = product
  const [missing, setMissing] = useState<string>()
  if (imageHash === '' || missing === imageHash) {
    return (
      <ProductPicture
        category={categorySlug}
        colour={colour}
        seed={productId}
        {...(name === undefined ? {} : { label: `${name}, a drawing` })}
      />
    )
  }
  return (
    <img
      class="photo"
      src={`/api/products/${encodeURIComponent(productId)}/images/${encodeURIComponent(imageHash)}`}
      alt={name ?? ''}
      width={400}
      height={400}
      loading="lazy"
      decoding="async"
      onError={() => setMissing(imageHash)}
    />
  )
}
