import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closeAll, systemClock, systemRandom } from '@ashlar/kernel'
import { createClients } from './clients.ts'
import { merchantOrderRoutes } from './merchant-order-routes.ts'
import { merchantProductRoutes } from './merchant-product-routes.ts'
import { orderRoutes } from './order-routes.ts'
import { createPolicies } from './policies.ts'
import { productRoutes } from './product-routes.ts'
import { classOf, costlyRoutes } from './route-class.ts'
import { userRoutes } from './user-routes.ts'

test('every route that is called costly is one of the API’s', async () => {
  const url = 'http://127.0.0.1:9'
  const urls = { USER_URL: url, PRODUCT_URL: url, ORDER_URL: url, PAYMENT_URL: url, ASHLAR_MESH_KEY: '' }
  const clients = createClients(urls, createPolicies({ clock: systemClock, random: systemRandom }))
  const routes = [
    ...userRoutes(clients, { secure: false, limited: (route) => route }),
    ...productRoutes(clients),
    ...orderRoutes(clients),
    ...merchantProductRoutes(clients),
    ...merchantOrderRoutes(clients),
  ]
  await closeAll(Object.values(clients)).close()
  const known = new Set(routes.map(({ method, path }) => `${method} ${path}`))
  assert.deepEqual(
    [...costlyRoutes].filter((route) => !known.has(route)),
    [],
  )
})

test('what is not costly is read or written by its method', () => {
  assert.equal(classOf({ method: 'GET', path: '/api/cart' }), 'read')
  assert.equal(classOf({ method: 'POST', path: '/api/session' }), 'write')
  assert.equal(classOf({ method: 'POST', path: '/api/orders' }), 'costly')
})
