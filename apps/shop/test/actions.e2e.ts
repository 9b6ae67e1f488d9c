import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { root, startShop, type RunningShop } from './running-shop.ts'

const cli = join(root, 'packages/host/src/cli.ts')

suite('what operators can do to the shop while it runs', () => {
  let shop: RunningShop

  before(async () => {
    // No request of the gateway leaves a line at level info: not one in N, and not the slow ones.
    shop = await startShop({ ORDER_LOG: 'warn', GATEWAY_ACCESS_LOG: '1/1000000', GATEWAY_TRACE_SLOW_MS: '600000' })
  })
  after(() => shop.stop())

  /** Runs `ashlar <args>` and resolves with what it printed. */
  function ashlar(...args: string[]): Promise<{ status: number; out: string; err: string }> {
    const command = ['--conditions=ashlar:source', cli, ...args, '--directory', shop.directory]
    return new Promise((resolve) => {
      execFile(process.execPath, command, { cwd: root }, (error, out, err) => {
        resolve({ status: error === null ? 0 : Number(error.code), out, err })
      })
    })
  }

  async function act(...args: string[]): Promise<unknown> {
    const { status, out, err } = await ashlar(...args, '--json')
    assert.equal(status, 0, err)
    return JSON.parse(out)
  }

  const logged = (service: string, text: string): string[] =>
    shop.log.filter((line) => line.startsWith(`${service} `) && line.includes(text))

  const requests = (service: string): string[] =>
    logged(service, '"msg":"request"').filter((line) => line.includes('"level":"debug"'))

  test('the pool and the migrations of a service are shown, as JSON and as a table', async () => {
    const pool = (await act('order', 'pool')) as { pool: { maxConnections: number }; pipelines: object[] }
    assert.equal(pool.pool.maxConnections, 8)
    assert.equal(pool.pipelines.length, 1)
    for (const service of ['bank', 'order', 'payment', 'product']) {
      const migrations = (await act(service, 'migrations')) as { namespace: string; state: string }[]
      assert.ok(
        migrations.some(({ namespace }) => namespace === service),
        service,
      )
      for (const { state } of migrations) assert.equal(state, 'applied')
    }
    const { out } = await ashlar('order', 'migrations')
    assert.match(out, /^namespace +file +state +appliedAt +checksum\norder +0001-init\.sql +applied /)
  })

  test('draining a service makes its readiness say no, and leaves who did it and why in its log', async () => {
    const url = shop.topology.urls['order'] ?? ''
    const asked = await ashlar('order', 'drain', '--reason', 'too late')
    assert.equal(asked.status, 2)
    assert.match(asked.err, /^ashlar: order drain is disruptive; say --yes/)
    assert.equal((await fetch(`${url}/readyz`)).status, 200)

    await act('order', 'drain', '--yes', '--reason', 'moving the database')
    assert.equal((await fetch(`${url}/readyz`)).status, 503)
    await act('order', 'undrain')
    assert.equal((await fetch(`${url}/readyz`)).status, 200)
    // The level of this service is warn: what operators do is logged all the same.
    const [ended] = logged('order', '"msg":"action ended"').map((line) => JSON.parse(line.slice(6)) as object)
    assert.deepEqual(
      { ...ended, time: '', traceId: '', spanId: '', durationMs: 0, operator: '' },
      {
        level: 'info',
        time: '',
        service: 'order',
        traceId: '',
        spanId: '',
        audit: true,
        action: 'drain',
        risk: 'disruptive',
        input: {},
        operator: '',
        reason: 'moving the database',
        outcome: 'done',
        durationMs: 0,
        msg: 'action ended',
      },
    )
  })

  test('the log level of one service is changed while it runs, for a time, and no other’s', async () => {
    await act('gateway', 'log-level-set', '--level', 'debug', '--for-ms', '600000')
    assert.equal((await fetch(`${shop.url}/api/products?query=mug`)).status, 200)
    assert.equal(requests('gateway').length, 1)
    assert.equal(requests('product').length, 0)
    await act('gateway', 'log-level-set', '--level', 'default')
    await fetch(`${shop.url}/api/products?query=mug`)
    assert.equal(requests('gateway').length, 1)
  })

  test('a service that was killed comes back with actions that answer, and no setting shows a secret', async () => {
    await shop.crash('product')
    const settings = (await act('product', 'config')) as { name: string; value: unknown }[]
    const valueOf = (name: string): unknown => settings.find((setting) => setting.name === name)?.value
    assert.equal(valueOf('ASHLAR_MESH_KEY'), '(secret)')
    assert.equal(valueOf('ADMIN_KEY'), '(secret)')
    assert.match(String(valueOf('DATABASE_URL')), /^postgres(ql)?:\/\/product:\*\*\*@/)
  })
})
