import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { suite, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { listen } from '@ashlar/http'
import { createHttpClient } from '@ashlar/http/client'
import { edgeTable, runCall, sleep, systemClock } from '@ashlar/kernel'
import { metricsHandler } from './prometheus/metrics-handler.ts'
import { processMetrics } from './process/process-metrics.ts'
import { MetricRegistry } from './registry.ts'

const hasPromtool = spawnSync('promtool', ['--version']).status === 0
const skip = hasPromtool ? false : 'promtool is not installed (apt-get install --no-install-recommends prometheus)'

/** Metrics of every kind with labels and values of the awkward sorts, beside those of this process. */
async function measured(): Promise<{ registry: MetricRegistry } & Disposable> {
  const registry = new MetricRegistry({ maxSeries: 3 })
  const stop = processMetrics(registry)
  const requests = registry.counter({
    name: 'http_requests_total',
    description: 'Requests "answered",\nby route \\ status.',
    unit: '{request}',
    labels: ['method', 'route', 'status'],
  })
  for (const route of ['/', '/a"b', '/c\\d', '/e\nf', '/ü']) requests.add(1, ['GET', route, 200])
  requests.add(-1, ['GET', '/', 200])
  const durations = registry.histogram({
    name: 'http_request_duration_seconds',
    description: 'How long requests took.',
    unit: 's',
    labels: ['method', 'route'],
    exemplars: true,
  })
  await runCall({}, async () => durations.observe(0.02, ['GET', '/']))
  const calls = { description: 'Calls.', unit: 'ms', labels: ['rpc.method', 'hasFailed'] } as const
  registry.histogram({ ...calls, name: 'ashlar.rpc.client.duration' }).observe(4.1, ['pay', true])
  registry.gauge({ name: 'ashlar.pool.use', description: 'Share in use.', unit: '1' }).set(Infinity)
  registry.counter({ name: 'ashlar.rpc.sent', description: 'Sent.', unit: 'By' }).add(1e15)
  // There may be none in so short a time.
  setFlagsFromString('--expose_gc')
  ;(runInNewContext('gc') as () => void)()
  // The loop's ticks are ten milliseconds apart.
  await sleep(systemClock, 50)
  return { registry, [Symbol.dispose]: () => stop[Symbol.dispose]() }
}

suite('promtool', { skip }, () => {
  test('finds nothing to object to in what a scrape gets', async () => {
    using metrics = await measured()
    await using server = await listen(metricsHandler(metrics.registry), { port: 0, edge: edgeTable({}) })
    await using client = createHttpClient({ baseUrl: server.url, name: 'metrics' })
    const { status, body } = await client.request({ method: 'GET', path: '/metrics' })
    assert.equal(status, 200)
    const text = body.toString('utf8')
    for (const name of ['http_requests_total', 'nodejs_gc_duration_seconds', 'nodejs_eventloop_lag_p99_seconds']) {
      assert.ok(text.includes(`# TYPE ${name} `), name)
    }
    const check = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
    assert.equal(check.status, 0, `${check.stdout}${check.stderr}`)
    assert.equal(`${check.stdout}${check.stderr}`, '')
  })
})
