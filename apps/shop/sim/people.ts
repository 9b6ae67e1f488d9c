import { uuidGenerator, type Clock } from '@ashlar/kernel'
import type { Client } from '@ashlar/rpc'
import type { DescService } from '@bufbuild/protobuf'
import { FulfilmentService, OrderService } from '../contracts/gen/shop/order/v1/order_pb.ts'
import { PaymentService } from '../contracts/gen/shop/payment/v1/payment_pb.ts'
import { MerchantService, ProductService } from '../contracts/gen/shop/product/v1/product_pb.ts'
import { Asker } from './asker.ts'
import { Chance } from './chance.ts'
import { Customer } from './customer.ts'
import { CustomerRequests } from './customer-requests.ts'
import type { RunHistory } from './history.ts'
import { Life } from './life.ts'
import { Merchant } from './merchant.ts'
import { meshKey } from './services.ts'
import type { Purchase, Sightings } from './sightings.ts'
import type { SimulatedShop } from './simulated-shop.ts'
import { virtualClient } from './virtual-clients.ts'

export interface PeopleOptions {
  readonly seed: number
  readonly clock: Clock
  readonly history: RunHistory
  readonly shop: SimulatedShop
  readonly productIds: readonly string[]
  /** Of everything that answers show of orders. */
  readonly sightings: Sightings
  /** How many purchases are tried, by all customers together. */
  readonly orders: number
}

export interface Shopper {
  readonly userId: string
  readonly customer: Customer
  readonly purchases: readonly Purchase[]
}

const customerNames = ['ann', 'bob', 'cid', 'dee', 'eve', 'fay', 'gus', 'hal']

/** The customers of a run, each with what they want to buy. */
export function openCustomers(options: PeopleOptions): readonly Shopper[] {
  const { seed, history, sightings, productIds, orders } = options
  return customerNames.map((name, index) => {
    const person = openPerson(name, ['customer'], options)
    const { chance, asker, userId, client } = person
    const requests = new CustomerRequests({
      name,
      userId,
      asker,
      orders: client('order', OrderService),
      payments: client('payment', PaymentService),
      history,
      sightings,
    })
    const wishes = new Chance(seed, `wishes of ${name}`)
    const count = Math.floor((orders + index) / customerNames.length)
    const purchases = Array.from({ length: count }, (_, number) => ({
      key: `${name}-wants-${number}`,
      userId,
      isOpen: wishes.happens(0.3),
      orderId: undefined,
      expectedMinor: undefined,
      agreedMinor: new Set<number | undefined>(),
    }))
    return { userId, customer: new Customer({ asker, requests, chance, productIds }), purchases }
  })
}

export function openMerchant(options: PeopleOptions): Merchant {
  const { client, ...person } = openPerson('mia', ['customer', 'merchant'], options)
  return new Merchant({
    ...person,
    fulfilment: client('order', FulfilmentService),
    catalogue: client('product', MerchantService),
    products: client('product', ProductService),
    productIds: options.productIds,
  })
}

function openPerson(
  name: string,
  roles: readonly string[],
  { seed, clock, history, shop }: PeopleOptions,
): {
  readonly chance: Chance
  readonly userId: string
  readonly asker: Asker
  readonly client: <S extends DescService>(service: string, contract: S) => Client<S>
} {
  const chance = new Chance(seed, name)
  const userId = uuidGenerator({ clock, random: chance.random })()
  const life = new Life(clock)
  shop.http.join(name, life)
  const asker = new Asker({ name, userId, roles, chance, clock, history })
  const headers = { 'ashlar-mesh-key': meshKey }
  // As the gateway does, on behalf of whoever has signed in; their own deadlines come first.
  const client = <S extends DescService>(service: string, contract: S): Client<S> => {
    const send = shop.http.sender(name, life, () => chance.pick(shop.processesOf(service)))
    return virtualClient(contract, { name: service, send, clock, timeoutMs: 20_000, headers })
  }
  return { chance, userId, asker, client }
}
