import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { promisify } from 'node:util'
import { sleep, systemClock } from '@ashlar/kernel'
import { root, startShop, type RunningShop } from './running-shop.ts'
import { address } from './shop-client.ts'

/** A trace as `ashlar traces <id> --json` prints it, as far as it is looked at. */
interface Trace {
  readonly complete: boolean
  readonly services: readonly string[]
  readonly spans: readonly Span[]
  readonly logs: readonly { readonly service: string; readonly traceId: string }[]
}

interface Span {
  readonly spanId: string
  readonly parentSpanId?: string
  readonly service: string
  readonly kind: string
  readonly name: string
  readonly startMs: number
  readonly durationMs: number
}

const services = ['gateway', 'order', 'product', 'payment', 'bank']
const run = promisify(execFile)

suite('one checkout is one trace', () => {
  let shop: RunningShop

  before(async () => {
    // Every trace is kept; every request leaves a line.
    const each = ['USER', ...services.map((service) => service.toUpperCase())]
    const all = each.flatMap((service) => [
      [`${service}_TRACE_KEEP_ONE_IN`, '1'],
      [`${service}_ACCESS_LOG`, 'all'],
    ])
    shop = await startShop(Object.fromEntries(all) as Record<string, string>)
    await shop.topology.waitFor('collector')
  })
  after(() => shop.stop())

  async function traceOf(traceId: string): Promise<Trace | undefined> {
    const cli = ['--conditions=ashlar:source', join(root, 'packages/host/src/cli.ts')]
    const args = ['traces', traceId, '--json', '--directory', shop.directory]
    const done = await run(process.execPath, [...cli, ...args], { cwd: root }).catch(() => undefined)
    return done === undefined ? undefined : (JSON.parse(done.stdout) as Trace)
  }

  /** Services report within a second or two, each for itself. */
  async function completeTrace(traceId: string): Promise<Trace> {
    const endMs = systemClock.now() + 20_000
    for (;;) {
      const trace = await traceOf(traceId)
      const isWhole = trace?.complete === true && services.every((service) => trace.services.includes(service))
      if (isWhole && trace.logs.length > 0) return trace
      if (systemClock.now() > endMs) throw new Error(`the trace is not whole: ${JSON.stringify(trace)}`)
      await sleep(systemClock, 500)
    }
  }

  test('every service that takes part is in it, each hop below the one before, and what they logged is found by its id', async () => {
    const customer = shop.customer()
    await customer.register()
    const [product] = await customer.search('')
    await customer.setCartItem(product?.id ?? '', 1)
    const placed = await customer.send('POST', '/api/orders', {
      body: { cardToken: await customer.cardToken(), address },
      headers: { 'idempotency-key': randomUUID() },
    })
    assert.equal(placed.status, 201, placed.text)
    const traceId = placed.headers.get('x-trace-id') ?? ''

    const trace = await completeTrace(traceId)
    const byId = new Map(trace.spans.map((span) => [span.spanId, span]))
    const top = trace.spans.filter(({ parentSpanId }) => parentSpanId === undefined)
    assert.deepEqual(
      top.map(({ service, kind }) => [service, kind]),
      [['gateway', 'server']],
      'it begins at the gateway and nowhere else',
    )
    for (const { name, parentSpanId } of trace.spans) {
      assert.ok(parentSpanId === undefined || byId.has(parentSpanId), `${name} has its parent`)
    }
    // Who called whom: what a service serves lies below what another one calls.
    const hops = new Set(
      trace.spans.flatMap(({ service, kind, parentSpanId }) => {
        const caller = byId.get(parentSpanId ?? '')
        return kind === 'server' && caller !== undefined ? [`${caller.kind} ${caller.service} > ${service}`] : []
      }),
    )
    for (const hop of ['gateway > order', 'order > product', 'order > payment', 'payment > bank']) {
      assert.ok(hops.has(`client ${hop}`), `${hop} is among ${[...hops].join(', ')}`)
    }
    const logging = new Set(trace.logs.map(({ service }) => service))
    assert.ok(logging.has('gateway'), `${[...logging].join(', ')} logged`)
    assert.ok(trace.logs.every((log) => log.traceId === traceId))
  })
})
