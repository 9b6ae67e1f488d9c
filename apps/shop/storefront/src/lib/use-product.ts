import { useCallback, useEffect, useState } from 'preact/hooks'
import { shop } from '../api/shop.ts'
import type { Product } from '../api/types.ts'
import { forgetAll } from './use-query.ts'

export interface EditedProduct {
  readonly product: Product | undefined
  readonly error: unknown
  /** Shows the product as a change left it. */
  readonly change: (product: Product) => void
  /** Loads it anew. What is shown stays until then. */
  readonly reload: () => Promise<void>
}

/** A product to be changed: never from memory, as a change names the version it was made from. */
export function useProduct(id: string): EditedProduct {
  const [product, setProduct] = useState<Product>()
  const [error, setError] = useState<unknown>()
  const reload = useCallback(async () => {
    setError(undefined)
    try {
      setProduct(await shop.product(id))
    } catch (failure) {
      setError(failure)
    }
  }, [id])
  useEffect(() => void reload(), [reload])
  const change = useCallback((changed: Product) => {
    // Lists and the customer's own pages show what it was.
    forgetAll()
    setProduct(changed)
  }, [])
  return { product, error, change, reload }
}
