import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { closeAll, newId } from '@ashlar/kernel'
import { VirtualClock, seededRandom } from '@ashlar/kernel/testing'
import { listen } from '@ashlar/http'
import { createClient, rpcHandler, type Client, type RemoteError } from '@ashlar/rpc'
import { FulfilmentService, OrderService } from '../../contracts/gen/shop/order/v1/order_pb.ts'
import { shopEdge } from '../shared/edge.ts'
import { silentLog } from '../shared/log.ts'
import { FakePayments, FakeShelf, Faults, product } from './fakes.test.support.ts'
import { fulfilmentRpc } from './fulfilment-rpc.ts'
import { MemoryOrderRepository } from './memory-repository.ts'
import { createOrderDomain } from './order-domain.ts'
import { orderRpc } from './rpc.ts'

export const lamp: string = newId()
export const pen: string = newId()
export const ada: string = newId()
export const address = { name: 'Ada', line1: 'Main St 1', postalCode: '10115', city: 'Berlin', country: 'de' }
export const place = { userId: ada, idempotencyKey: 'key-0001', cardToken: 'card_1', address }

export interface OrderServices {
  readonly client: Client<typeof OrderService>
  readonly fulfilment: Client<typeof FulfilmentService>
  readonly clock: VirtualClock
}

/** Both of the service's contracts, over a socket, as a member of the mesh sees them. */
export async function openServices(t: TestContext): Promise<OrderServices> {
  const clock = new VirtualClock()
  const random = seededRandom(7)
  const faults = new Faults()
  const shelf = new FakeShelf(faults, [product(lamp, 50), product(pen, 50)])
  const neighbours = { products: shelf, stock: shelf, payments: new FakePayments(faults) }
  const repository = new MemoryOrderRepository()
  const domain = createOrderDomain({ id: 'main', repository, ...neighbours, clock, random, log: silentLog })
  // Who calls is believed only from a member of the mesh.
  const meshKey = 'secret'
  const handler = rpcHandler([orderRpc(domain), fulfilmentRpc(domain)], { edge: shopEdge, meshKey })
  const server = await listen(handler, { port: 0, edge: shopEdge })
  const options = { name: 'order', baseUrl: server.url, meshKey }
  const [client, fulfilment] = [createClient(OrderService, options), createClient(FulfilmentService, options)]
  const parts = closeAll([server, client, fulfilment])
  t.after(() => parts.close())
  return { client, fulfilment, clock }
}

/** What is wrong with a request, by what it is refused with. */
export async function issuePaths(work: Promise<unknown>): Promise<string[]> {
  const error = (await work.then(
    () => assert.fail('it was accepted'),
    (reason: unknown) => reason,
  )) as RemoteError
  assert.equal(error.code, 'ASHLAR_INVALID_INPUT')
  return error.issues.map(({ path }) => path)
}
