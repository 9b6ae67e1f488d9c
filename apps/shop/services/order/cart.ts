import { money, type Money } from '../shared/money.ts'
import { refusal } from '../shared/shop-errors.ts'
import { totalOf, type OrderLine } from './order.ts'
import type { Products } from './ports.ts'
import { lineOf, productNotFound, productRetired } from './pricing.ts'
import type { OrderRepository } from './repository.ts'

export const maxCartLines = 50
export const maxQuantity = 99

interface CartItem {
  /** What an order of the cart would hold. */
  readonly line: OrderLine
  /** How many can be bought now, which may be fewer than are in the cart. */
  readonly available: number
  /** No longer sold: a cart with it in it cannot be ordered. */
  readonly retired: boolean
}

export interface Cart {
  readonly items: readonly CartItem[]
  readonly total: Money
}

/** Customers' carts. What is in one is kept; what it is called and costs is looked up each time. */
export class Carts {
  readonly #repository: OrderRepository
  readonly #products: Products

  constructor(options: { repository: OrderRepository; products: Products }) {
    this.#repository = options.repository
    this.#products = options.products
  }

  /** The cart as it would be bought now. Retired products are shown, with nothing available. */
  async get(userId: string): Promise<Cart> {
    const lines = await this.#repository.cart(userId)
    if (lines.length === 0) return emptyCart
    const quantities = new Map(lines.map(({ productId, quantity }) => [productId, quantity]))
    const products = await this.#products.find([...quantities.keys()])
    const items = products.map((product): CartItem => {
      const { id, retired } = product
      return { line: lineOf(product, quantities.get(id) ?? 0), available: retired ? 0 : product.available, retired }
    })
    return items.length === 0 ? emptyCart : { items, total: totalOf(items.map(({ line }) => line)) }
  }

  /**
   * Sets how many of a product are in the cart, 0 to 99; 0 takes it out, whether it is still sold or not.
   * @throws SHOP_PRODUCT_NOT_FOUND, SHOP_PRODUCT_RETIRED, SHOP_CART_FULL
   */
  async setItem(userId: string, productId: string, quantity: number): Promise<Cart> {
    if (quantity > 0) {
      const [product] = await this.#products.find([productId])
      if (product === undefined) throw productNotFound()
      if (product.retired) throw productRetired([product.name])
    }
    if (!(await this.#repository.setCartLine(userId, { productId, quantity }, maxCartLines))) {
      throw refusal('SHOP_CART_FULL', `a cart holds at most ${maxCartLines} different products; take one out first`)
    }
    return this.get(userId)
  }
}

const emptyCart: Cart = { items: [], total: money(0, 'EUR') }
