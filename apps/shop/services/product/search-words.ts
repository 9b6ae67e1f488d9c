import type { ListedProduct } from './product.ts'
import { foldWords } from './search-query.ts'

/** The words of a product that a mistyped one may be corrected to, each once. */
export function searchWords({
  name,
  brand,
  categoryName,
  attributes,
}: Pick<ListedProduct, 'name' | 'brand' | 'categoryName' | 'attributes'>): readonly string[] {
  const texts = [name, brand, categoryName, ...attributes.map(({ value }) => value)]
  return [...new Set(texts.flatMap(foldWords))].filter((word) => word.length > 2)
}
