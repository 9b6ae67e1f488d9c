import { OrderStatus, type Order } from '../contracts/gen/shop/order/v1/order_pb.ts'

/** Something that a customer wants to buy, once: one key, however often it is asked for. */
export interface Purchase {
  readonly key: string
  readonly userId: string
  /** Whether it is made first, filled, and paid later. */
  readonly isOpen: boolean
  /** As soon as an answer has told. */
  orderId: string | undefined
  /** What the customer agrees to pay, in minor units: what they were shown last. `undefined` for whatever it costs. */
  expectedMinor: number | undefined
  /** All that they agreed to so far. */
  readonly agreedMinor: Set<number | undefined>
}

/** An order as an answer showed it. */
export interface Sighting {
  readonly purchase: Purchase
  readonly order: Order
  /** The newest version that the customer knew when they asked. */
  readonly known: number
}

/** Everything that answers have shown of orders, in the order of their coming. */
export class Sightings {
  readonly all: Sighting[] = []
  readonly #newest = new Map<Purchase, number>()

  /** The newest version of the purchase's order that was shown so far. */
  known(purchase: Purchase): number {
    return this.#newest.get(purchase) ?? 0
  }

  saw(sighting: Sighting): void {
    const { purchase, order } = sighting
    this.all.push(sighting)
    purchase.orderId ??= order.id
    this.#newest.set(purchase, Math.max(this.known(purchase), order.version))
  }
}

const names: ReadonlyMap<number, string> = new Map(Object.entries(OrderStatus).map(([name, value]) => [value, name]))

/** The status as the shop's own code calls it. */
export function statusName({ status }: { readonly status: number }): string {
  return names.get(status) ?? `status ${status}`
}

/** Whether nothing more happens to an order of this status by itself. */
export function isSettled(status: string): boolean {
  return isKept(status) || status === 'REFUSED' || status === 'CANCELLED' || status === 'REFUNDED'
}

/** Whether the customer keeps the goods of such an order, and the shop its money. */
export function isKept(status: string): boolean {
  return status === 'PAID' || status === 'SHIPPED' || status === 'DELIVERED'
}
