import type { Client } from '@ashlar/rpc'
import {
  ReservationState as ProtoState,
  type ProductService,
  type StockService,
} from '../../contracts/gen/shop/product/v1/product_pb.ts'
import { fromProtoMoney } from '../shared/money.ts'
import type { Order } from './order.ts'
import type { ProductInfo, Products, ReservationState, Stock } from './ports.ts'

/** Products as the product service has them. */
export class RemoteProducts implements Products {
  readonly #client: Client<typeof ProductService>

  constructor(client: Client<typeof ProductService>) {
    this.#client = client
  }

  async find(ids: readonly string[]): Promise<readonly ProductInfo[]> {
    const { products } = await this.#client.getProducts({ productIds: [...ids] })
    return products.map((product) => ({
      id: product.id,
      name: product.name,
      price: fromProtoMoney(product.price, 'price'),
      available: product.available,
      categorySlug: product.categorySlug,
      colour: product.colour,
      imageHash: product.imageHash,
      retired: product.retired,
    }))
  }
}

/** Stock as the product service keeps it, reserved under the order's id. */
export class RemoteStock implements Stock {
  readonly #client: Client<typeof StockService>
  readonly #holdSeconds: number

  /**
   * @param holdSeconds long enough for a checkout and its bank; short enough that the stock of an order that died is
   * soon on the shelf again.
   */
  constructor(client: Client<typeof StockService>, holdSeconds: number) {
    this.#client = client
    this.#holdSeconds = holdSeconds
  }

  async reserve(order: Order): Promise<ReservationState> {
    const lines = order.lines.map(({ productId, quantity }) => ({ productId, quantity }))
    return toState(await this.#client.reserve({ reservationId: order.id, lines, holdSeconds: this.#holdSeconds }))
  }

  async release(orderId: string): Promise<ReservationState> {
    return toState(await this.#client.release({ reservationId: orderId }))
  }

  async commit(orderId: string): Promise<ReservationState> {
    return toState(await this.#client.commit({ reservationId: orderId }))
  }

  async giveBack(orderId: string): Promise<ReservationState> {
    return toState(await this.#client.return({ reservationId: orderId }))
  }
}

const states: Readonly<Record<number, ReservationState>> = {
  [ProtoState.HELD]: 'HELD',
  [ProtoState.COMMITTED]: 'COMMITTED',
  [ProtoState.RELEASED]: 'RELEASED',
  [ProtoState.EXPIRED]: 'EXPIRED',
  [ProtoState.RETURNED]: 'RETURNED',
}

function toState({ state }: { state: ProtoState }): ReservationState {
  const known = states[state]
  if (known === undefined) throw new Error(`the product service answered with reservation state ${state}`)
  return known
}
