import type { MemoryCatalogue } from './memory-catalogue.ts'
import type { MemoryCoPurchases } from './memory-co-purchases.ts'
import { listedProduct } from './memory-products.ts'
import type { MemoryStock } from './memory-stock.ts'
import type { ListedProduct, ShelvedProduct } from './product.ts'
import type { RecommendationRepository } from './repository.ts'

export function memoryRecommendations(
  catalogue: MemoryCatalogue,
  stock: MemoryStock,
  coPurchases: MemoryCoPurchases,
): RecommendationRepository {
  const buyable = (products: Iterable<ShelvedProduct>): ListedProduct[] =>
    [...products]
      .map((product) => listedProduct(catalogue, stock, product))
      .filter(({ retired, available }) => !retired && available > 0)
  return {
    async alsoBought(productId, { minOrders, limit }) {
      const orders = coPurchases.with(productId)
      const ordersOf = ({ id }: ListedProduct): number => orders.get(id) ?? 0
      return buyable([...orders.keys()].flatMap((id) => catalogue.products.get(id) ?? []))
        .filter((product) => ordersOf(product) >= minOrders)
        .sort((a, b) => ordersOf(b) - ordersOf(a) || (a.id < b.id ? -1 : 1))
        .slice(0, limit)
    },
    async bestSellers(limit) {
      const popularity = ({ ratingTenths, ratingCount }: ListedProduct): number => ratingTenths * ratingCount
      return buyable(catalogue.products.values())
        .sort((a, b) => stock.sold(b.id) - stock.sold(a.id) || popularity(b) - popularity(a) || (a.id < b.id ? -1 : 1))
        .slice(0, limit)
    },
  }
}
