import { create, type DescMethod } from '@bufbuild/protobuf'
import { FulfilmentService, OrderService } from '../contracts/gen/shop/order/v1/order_pb.ts'
import { PaymentService } from '../contracts/gen/shop/payment/v1/payment_pb.ts'
import type { Clients } from './clients.ts'

/** A procedure that a route asked for. */
export interface Given {
  readonly client: string
  readonly method: string
  readonly request: Readonly<Record<string, unknown>>
}

const services = {
  order: OrderService,
  checkout: OrderService,
  fulfilment: FulfilmentService,
  refund: FulfilmentService,
  payment: PaymentService,
}

/** Clients that answer each procedure with what `answers` has for its name, and note what they are asked. */
export function stubClients(answers: Readonly<Record<string, Record<string, unknown>>>): {
  clients: Clients
  given: Given[]
} {
  const given: Given[] = []
  const stub = (client: string, { localName, output }: DescMethod) => [
    localName,
    async (request: Given['request']) => {
      given.push({ client, method: localName, request })
      return create(output, answers[localName])
    },
  ]
  const clients = Object.entries(services).map(([name, { methods }]) => [
    name,
    Object.fromEntries(methods.map((method) => stub(name, method))),
  ])
  return { clients: Object.fromEntries(clients) as Clients, given }
}
