import { uuidGenerator, type Clock, type Random } from '@ashlar/kernel'
import type { Log } from '../shared/log.ts'
import { Carts } from './cart.ts'
import { Fulfilment } from './fulfilment.ts'
import { OpenOrders } from './open-orders.ts'
import { OrderRunner } from './order-runner.ts'
import { Orders } from './orders.ts'
import type { PaymentTaker, Products, Stock } from './ports.ts'
import type { OrderRepository } from './repository.ts'
import { sweepAbandoned } from './sweep.ts'

export interface OrderDomainOptions {
  /** Which process this is, among all that may work on orders. */
  readonly id: string
  readonly repository: OrderRepository
  readonly products: Products
  readonly stock: Stock
  readonly payments: PaymentTaker
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

export interface OrderDomain {
  readonly carts: Carts
  readonly orders: Orders
  readonly openOrders: OpenOrders
  readonly fulfilment: Fulfilment
  /** To be drained and disposed of with the process. */
  readonly runner: OrderRunner
  /** Marks orders whose runner died; to be called every few seconds. */
  sweep(): Promise<void>
}

/** Everything the order service does, on whatever tables and neighbours it is given. */
export function createOrderDomain(options: OrderDomainOptions): OrderDomain {
  const { repository, products, stock, payments, clock, random } = options
  const carts = new Carts({ repository, products })
  const runner = new OrderRunner(options)
  const newId = uuidGenerator({ clock, random })
  const desk = { ...options, carts, runner, newId, ports: { stock, payments } }
  return {
    carts,
    orders: new Orders(desk),
    openOrders: new OpenOrders(desk),
    fulfilment: new Fulfilment(desk),
    runner,
    sweep: () => sweepAbandoned({ ...options, runner }),
  }
}
