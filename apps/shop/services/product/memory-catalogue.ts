import type { ProductImage } from './image/image.ts'
import type { Catalogue, PriceChange, ShelvedProduct } from './product.ts'

/** The catalogue's maps, shared by those who read it and those who change it. */
export class MemoryCatalogue {
  categories: Catalogue['categories'] = []
  readonly products = new Map<string, ShelvedProduct>()
  /** By product. */
  readonly images = new Map<string, ProductImage>()
  /** By product, newest first. */
  readonly prices = new Map<string, PriceChange[]>()

  categoryName(slug: string): string | undefined {
    return this.categories.find((category) => category.slug === slug)?.name
  }
}
