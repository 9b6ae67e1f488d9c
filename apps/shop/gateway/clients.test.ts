import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DescService } from '@bufbuild/protobuf'
import { closeAll, systemClock, systemRandom } from '@ashlar/kernel'
import { listen } from '@ashlar/http'
import { createHttpClient } from '@ashlar/http/client'
import { implement, rpcHandler, type Implementation, type RpcService } from '@ashlar/rpc'
import { FulfilmentService, OrderService } from '../contracts/gen/shop/order/v1/order_pb.ts'
import { UserService } from '../contracts/gen/shop/user/v1/user_pb.ts'
import { shopEdge } from '../services/shared/edge.ts'
import { createClients } from './clients.ts'
import { merchantOrderRoutes } from './merchant-order-routes.ts'
import { orderRoutes } from './order-routes.ts'
import { createPolicies } from './policies.ts'
import { createApi } from './router.ts'
import { userRoutes } from './user-routes.ts'

/** Every procedure of the service hangs, except for the one that is given an answer. */
function hanging(service: DescService, name: string, answer: object): RpcService {
  const run = (method: string): Promise<object> => (method === name ? Promise.resolve(answer) : new Promise(() => {}))
  const methods = service.methods.map(({ localName }) => [localName, () => run(localName)])
  return implement(service, Object.fromEntries(methods) as Implementation<DescService>)
}

test('however many sign-ins, checkouts and refunds wait, carts, profiles and order lists are served', async (t) => {
  const parts = [
    hanging(OrderService, 'getCart', { cart: {} }),
    hanging(FulfilmentService, 'listOrders', {}),
    hanging(UserService, 'getProfile', { user: {} }),
  ]
  const services = await listen(rpcHandler(parts, { edge: shopEdge }), { port: 0, edge: shopEdge })
  const { url } = services
  const clients = createClients(
    { USER_URL: url, PRODUCT_URL: url, ORDER_URL: url, PAYMENT_URL: url, ASHLAR_MESH_KEY: '' },
    createPolicies({ clock: systemClock, random: systemRandom }),
  )
  const routes = [
    ...userRoutes(clients, { secure: false, limited: (route) => route }),
    ...orderRoutes(clients),
    ...merchantOrderRoutes(clients),
  ]
  const gateway = await listen(
    createApi(routes, async () => ({ subject: 'ada', roles: ['merchant'] })),
    { port: 0, edge: shopEdge },
  )
  const browsers = createHttpClient({ name: 'gateway', baseUrl: gateway.url, maxConnections: 256 })
  const started = closeAll([services, ...Object.values(clients), gateway, browsers])
  t.after(() => started.close())

  const leaving = new AbortController()
  const headers = { authorization: 'Bearer x', 'idempotency-key': 'key-0001' }
  const waiting = Array.from({ length: 40 }, () => [
    browsers.request({ method: 'POST', path: '/api/orders', headers, json: {}, signal: leaving.signal }),
    browsers.request({
      method: 'POST',
      path: '/api/merchant/orders/o1/refund',
      headers,
      json: {},
      signal: leaving.signal,
    }),
    browsers.request({ method: 'POST', path: '/api/session', json: {}, signal: leaving.signal }),
  ]).flat()
  const left = Promise.allSettled(waiting)
  const cart = await browsers.request({ method: 'GET', path: '/api/cart', headers })
  const profile = await browsers.request({ method: 'GET', path: '/api/me', headers })
  const orders = await browsers.request({ method: 'GET', path: '/api/merchant/orders', headers })
  assert.deepEqual([cart.status, profile.status, orders.status], [200, 200, 200])
  leaving.abort(new Error('enough'))
  await left
})
