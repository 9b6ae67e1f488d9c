import assert from 'node:assert/strict'
import test from 'node:test'
import { checkTopology } from './check-topology.ts'
import { TopologyInvalidError } from './errors.ts'
import { fixtureProject } from './fixture-project.test.support.ts'
import { topology } from './topology.ts'

test('a topology that can run is taken as it is', (t) => {
  const root = fixtureProject(t, { 'order/main.ts': '', 'bank.ts': '', 'web/index.html': '' })
  const shop = topology({
    name: 'shop',
    services: {
      order: { main: './order/main.ts', database: true, calls: ['bank'], env: { CURRENCY: 'EUR' }, assets: 'web' },
      bank: { main: 'bank.ts', port: 9000, public: true, files: true, secrets: ['BANK_KEY'] },
    },
    prepare: { web: { inputs: ['web'], output: 'dist', command: ['node', 'build.js'] } },
  })
  assert.equal(checkTopology(shop, root), shop)
})

test('everything that is wrong with a topology is said at once', (t) => {
  const root = fixtureProject(t, { 'main.ts': '' })
  const wrong = {
    services: {
      order: { main: 'main.ts', calls: ['paymnt', 'order'], port: 9000, databse: true },
      payment: { main: 'payment.ts', port: 9000, files: 'yes', env: { PORT: '1', RATE: 2 } },
      Bank: { port: 70_000, assets: 'web' },
      postgres: { main: 'main.ts', secrets: ['bank key'] },
    },
    prepare: { web: { inputs: ['web'], command: [] } },
  }
  assert.throws(
    () => checkTopology(wrong, root),
    (error) => {
      assert.ok(error instanceof TopologyInvalidError)
      assert.deepEqual(
        error.issues.map(({ path, message }) => `${path} ${message.replaceAll(root, 'ROOT')}`),
        [
          'name says what the system is called; it is missing',
          'prepare.web.output is the file or directory that is made; it is missing',
          'prepare.web.command is the program and its arguments',
          'prepare.web.inputs names web, which is not in ROOT',
          'services.order has "databse", which means nothing here (there are: main, port, database, files, calls, env, secrets, public, assets)',
          'services.order.calls names "paymnt", which is not a service (there are: order, payment, Bank, postgres)',
          'services.order.calls names the service itself',
          'services.payment.main names payment.ts, which is not a file in ROOT',
          'services.payment.port is 9000, which order has already',
          'services.payment.env.PORT is set by the host; state the port with "port"',
          'services.payment.env.RATE is text, not 2',
          'services.payment.files is true or false',
          'services.Bank is not a name: use a-z, 0-9 and single hyphens, like "order" or "order-history"',
          'services.Bank.main is the module that runs the service; it is missing',
          'services.Bank.port is a port, 1 to 65535, not 70000',
          'services.postgres is a name that the host uses itself',
          'services.postgres.secrets has "bank key", which is not a variable name like BANK_KEY',
        ],
      )
      return true
    },
  )
})

test('a file that exports no topology is told so', () => {
  assert.throws(() => checkTopology(undefined, '/'), { message: /default export is not a topology/ })
  assert.throws(() => checkTopology({ name: 'shop', services: {} }, '/'), { message: /services .* there are none/ })
})

test('a callee that does not exist is a type error where the topology is declared', () => {
  topology({
    name: 'shop',
    services: {
      // @ts-expect-error there is no service "paymnt"
      order: { main: 'order.ts', calls: ['paymnt'] },
      payment: { main: 'payment.ts' },
    },
  })
})

test('a service cannot be called what the command line means by itself', (t) => {
  const root = fixtureProject(t, { 'main.ts': '' })
  for (const name of [
    'up',
    'status',
    'actions',
    'completion',
    'help',
    'traces',
    'logs',
    'metrics',
    'ashlar',
    'collector',
  ]) {
    const taken = { name: 'shop', services: { [name]: { main: 'main.ts' } } }
    assert.throws(() => checkTopology(taken, root), { message: /is a name that the host uses itself/ }, name)
  }
})

test('whether there is a collector is said with true or false', (t) => {
  const root = fixtureProject(t, { 'main.ts': '' })
  const wrong = { name: 'shop', services: { order: { main: 'main.ts' } }, collector: 'no' }
  assert.throws(() => checkTopology(wrong, root), { message: /collector is true or false/ })
})
