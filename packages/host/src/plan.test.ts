import assert from 'node:assert/strict'
import { createServer, type AddressInfo } from 'node:net'
import test, { type TestContext } from 'node:test'
import { seededRandom } from '@ashlar/kernel/testing'
import { adminKeyOf } from './admin-keys.ts'
import { variablesFor, type Environment } from './environment.ts'
import { planServices, type PlannedService } from './plan.ts'
import { freePort } from './ports.ts'
import type { Topology } from './topology.ts'

const random = seededRandom(7)
const shop: Topology = {
  name: 'shop',
  collector: false,
  services: {
    gateway: { main: 'gateway.ts', port: 18_080, calls: ['order', 'order-history'], public: true, assets: 'web' },
    order: { main: 'order.ts', database: true, files: true, env: { CURRENCY: 'EUR' } },
    'order-history': { main: 'history.ts', database: true },
  },
  prepare: { web: { inputs: ['web'], output: 'web/dist', command: ['make'] } },
}

async function plan(
  env: Environment = {},
  ports: Record<string, number> = {},
  topology: Topology = shop,
): Promise<Record<string, PlannedService>> {
  const services = await planServices(topology, {
    root: '/project',
    env,
    filesDirectory: '/data/files',
    ports,
    shared: { LOG: 'info' },
    secrets: {},
    adminKey: 'sesame',
    random,
  })
  return Object.fromEntries(services.map((service) => [service.name, service]))
}

async function busyPort(t: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}

test('a service gets its port, the URLs of those it calls, the path of its assets, and of its files', async () => {
  const { gateway, order, 'order-history': history } = await plan()
  assert.deepEqual(gateway?.env, {
    LOG: 'info',
    ADMIN_KEY: adminKeyOf('gateway', 'sesame'),
    PUBLIC_URL: 'http://127.0.0.1:18080',
    ORDER_URL: order?.url,
    ORDER_HISTORY_URL: history?.url,
    ASSETS_DIR: '/project/web/dist',
    PORT: '18080',
  })
  assert.deepEqual(order?.env, {
    LOG: 'info',
    ADMIN_KEY: adminKeyOf('order', 'sesame'),
    PUBLIC_URL: 'http://127.0.0.1:18080',
    CURRENCY: 'EUR',
    FILES_DIR: '/data/files/order',
    PORT: String(order?.port),
  })
  assert.equal(order?.main, '/project/order.ts')
  assert.equal(history?.database, 'order_history')
})

test('each service gets an admin key of its own, which says nothing about another’s', async () => {
  const keys = Object.values(await plan()).map(({ env }) => env['ADMIN_KEY'] ?? '')
  assert.equal(new Set(keys).size, 3)
  for (const key of keys) assert.match(key, /^[\w-]{43}$/)
})

test('the address under which people reach the system is the environment’s, where that says one', async () => {
  const services = Object.values(
    await plan({ PUBLIC_URL: 'https://shop.example', ORDER_PUBLIC_URL: 'https://o.example' }),
  )
  assert.deepEqual(
    services.map(({ env }) => env['PUBLIC_URL']),
    ['https://shop.example', 'https://o.example', 'https://shop.example'],
  )
})

test('variables with a service as prefix go to that service, and to no other whose name begins alike', () => {
  const names = Object.keys(shop.services)
  const env = { ORDER_LOG: 'debug', ORDER_HISTORY_LOG: 'warn', ORDER_: 'x', ORDERS_LOG: 'y', LOG: 'info' }
  assert.deepEqual(variablesFor('order', names, env), { LOG: 'debug' })
  assert.deepEqual(variablesFor('order-history', names, env), { LOG: 'warn' })
})

test('a database that is given takes the place of an embedded one', async () => {
  const { order, 'order-history': history } = await plan({ ORDER_DATABASE_URL: 'postgresql://db/orders' })
  assert.equal(order?.database, undefined)
  assert.equal(order?.env['DATABASE_URL'], 'postgresql://db/orders')
  assert.equal(history?.database, 'order_history')
})

test('the port of the command line wins over the environment, which wins over the topology', async () => {
  const [first, second] = [await freePort(random, new Set()), await freePort(random, new Set())]
  assert.equal((await plan({ GATEWAY_PORT: String(first) }))['gateway']?.url, `http://127.0.0.1:${first}`)
  assert.equal(
    (await plan({ GATEWAY_PORT: String(first) }, { gateway: second }))['gateway']?.env['PORT'],
    String(second),
  )
  await assert.rejects(plan({ GATEWAY_PORT: 'eighty' }), {
    message: 'GATEWAY_PORT is a port, 1 to 65535, not "eighty"',
  })
})

test('a port that is in use is named, with how to choose another', async (t) => {
  const port = await busyPort(t)
  await assert.rejects(plan({}, { gateway: port }), {
    code: 'ASHLAR_HOST_PORT_UNAVAILABLE',
    message: `port ${port} (gateway) is in use by another program; choose another: GATEWAY_PORT=${port + 1} or --port ${port + 1}`,
  })
  await assert.rejects(plan({ ORDER_PORT: '18080' }), { message: /port 18080 \(order\) is in use by gateway/ })
})

test('ports that nobody stated are below those that outgoing connections take, and all different', async () => {
  const ports = Object.values(await plan()).map(({ port }) => port)
  assert.equal(new Set(ports).size, 3)
  for (const port of ports) assert.ok(port < 32_000, `${port}`)
})

test('the collector is there unless it is not wanted: the others are told where it is, and it alone is optional', async () => {
  const { collector, order, gateway } = await plan({}, {}, { ...shop, collector: true })
  const key = collector?.env['COLLECTOR_KEY']
  const reporting = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector?.url,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=${encodeURIComponent(`Bearer ${key}`)}`,
  }
  for (const service of [order, gateway]) {
    assert.partialDeepStrictEqual(service?.env, reporting)
    assert.equal(service?.env['COLLECTOR_KEY'], undefined)
    assert.equal(service?.optional, false)
  }
  assert.equal(collector?.env['OTEL_EXPORTER_OTLP_ENDPOINT'], undefined, 'it does not report to itself')
  assert.equal(collector?.optional, true)
  assert.equal(collector?.database, 'collector')
  const { collector: none } = await plan()
  assert.equal(none, undefined)
})

test('a service that is told to report elsewhere does', async () => {
  const elsewhere = { ORDER_OTEL_EXPORTER_OTLP_ENDPOINT: 'http://telemetry.example:4318' }
  const { order } = await plan(elsewhere, {}, { ...shop, collector: true })
  assert.equal(order?.env['OTEL_EXPORTER_OTLP_ENDPOINT'], 'http://telemetry.example:4318')
  assert.equal(order?.env['OTEL_EXPORTER_OTLP_HEADERS'], undefined, 'the key to the collector stays here')
})

test('the collector keeps no history where no service uses the embedded database', async () => {
  const given = { ORDER_DATABASE_URL: 'postgres://one', ORDER_HISTORY_DATABASE_URL: 'postgres://two' }
  const { collector } = await plan(given, {}, { ...shop, collector: true })
  assert.equal(collector?.database, undefined)
  const { collector: own } = await plan(
    { ...given, COLLECTOR_DATABASE_URL: 'postgres://three' },
    {},
    { ...shop, collector: true },
  )
  assert.equal(own?.env['DATABASE_URL'], 'postgres://three')
})
