import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpRequest, HttpResponse } from '@ashlar/http'
import type { HealthCheck } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { createLogger, LogLevels } from '../logs/index.ts'
import { Health } from './health.ts'

interface SetUp {
  readonly health: Health
  readonly clock: VirtualClock
  readonly loop: { isOverloaded: boolean }
  readonly ask: (path: string, method?: string) => Promise<[status: number, body: Record<string, unknown>]>
}

function setUp(checks: readonly HealthCheck[], drainDelayMs = 0): SetUp {
  const clock = new VirtualClock()
  const levels = new LogLevels({ level: 'info', components: {} }, clock)
  const log = createLogger({ service: 'order', levels, destination: { write: () => {} }, clock })
  const loop = { isOverloaded: false }
  const health = new Health({ service: 'order', version: '1', checks, drainDelayMs, loop, log, clock })
  return {
    health,
    clock,
    loop,
    async ask(path, method = 'GET') {
      const request = { method, url: { path, query: new URLSearchParams() } } as HttpRequest
      const { status, body } = (await health.answer(request)) as HttpResponse
      return [status, JSON.parse(body as string) as Record<string, unknown>]
    },
  }
}

/** A check that fails while it is told to. */
function check(name: string, critical: boolean): HealthCheck & { fails: boolean } {
  const own = {
    name,
    critical,
    fails: false,
    async check(): Promise<void> {
      if (own.fails) throw Object.assign(new Error('host db-1 refused'), { code: 'TEST_DOWN' })
    },
  }
  return own
}

test('health has the word for the whole, and each dependency by its name, at the top', async () => {
  const { ask } = setUp([check('database', true), check('redis', false)])
  const [http, { status, database, redis, ...rest }] = await ask('/health')
  assert.deepEqual([http, status, database, redis], [200, 'healthy', 'healthy', 'healthy'])
  assert.deepEqual(Object.keys(rest), ['readiness', 'service', 'version', 'uptimeMs', 'checks'])
})

test('a critical check that fails makes the whole unhealthy, and the answer 503, with its code and not its message', async () => {
  const database = check('database', true)
  database.fails = true
  const { ask } = setUp([database, check('redis', false)])
  const [http, body] = await ask('/health')
  assert.equal(http, 503)
  assert.deepEqual([body['status'], body['database'], body['redis']], ['unhealthy', 'unhealthy', 'healthy'])
  assert.deepEqual((body['checks'] as Record<string, unknown>)['database'], {
    status: 'down',
    critical: true,
    durationMs: 0,
    code: 'TEST_DOWN',
  })
  assert.ok(!JSON.stringify(body).includes('db-1'))
  assert.deepEqual(await ask('/readyz'), [503, { status: 'down' }])
})

test('a check that is not critical makes the whole degraded, which is ready all the same', async () => {
  const redis = check('redis', false)
  redis.fails = true
  const { ask } = setUp([check('database', true), redis])
  const [http, body] = await ask('/health')
  assert.deepEqual([http, body['status'], body['redis'], body['database']], [200, 'degraded', 'unhealthy', 'healthy'])
  assert.deepEqual(await ask('/readyz'), [200, { status: 'up' }])
})

test('liveness does not depend on anything else', async () => {
  const database = check('database', true)
  database.fails = true
  const { ask, loop, health } = setUp([database])
  loop.isOverloaded = true
  await health[Symbol.asyncDispose]()
  assert.deepEqual(await ask('/livez'), [200, { status: 'up' }])
})

test('the service has started once every critical check has passed, and from then on, whatever comes', async () => {
  const [database, redis] = [check('database', true), check('redis', false)]
  database.fails = redis.fails = true
  const { ask, clock, health } = setUp([database, redis])
  assert.deepEqual(await ask('/startupz'), [503, { status: 'starting' }])
  database.fails = false
  await clock.advance(1_000)
  assert.deepEqual(await ask('/startupz'), [200, { status: 'up' }])
  database.fails = true
  health.holdBack(true)
  await clock.advance(1_000)
  assert.equal((await ask('/health'))[0], 503)
  assert.deepEqual(await ask('/startupz'), [200, { status: 'up' }])
})

test('readiness says no while the process is overloaded, and why; so does health', async () => {
  const { ask, loop } = setUp([check('database', true)])
  loop.isOverloaded = true
  assert.deepEqual(await ask('/readyz'), [503, { status: 'overloaded' }])
  const [http, { status, readiness, database }] = await ask('/health')
  assert.deepEqual([http, status, readiness, database], [503, 'unhealthy', 'overloaded', 'healthy'])
  loop.isOverloaded = false
  assert.equal((await ask('/readyz'))[0], 200)
})

test('a drain turns readiness first and waits for load balancers to see it', async () => {
  const { ask, clock, health } = setUp([], 2_000)
  let isDrained = false
  const drained = health.drain(new AbortController().signal).then(() => (isDrained = true))
  assert.deepEqual(await ask('/readyz'), [503, { status: 'draining' }])
  await clock.advance(1_999)
  assert.equal(isDrained, false)
  await clock.advance(1)
  await drained
  assert.deepEqual(await ask('/readyz'), [503, { status: 'draining' }])
})

test('other paths and methods are none of its business', () => {
  const { health } = setUp([])
  const answer = (method: string, path: string): unknown =>
    health.answer({ method, url: { path, query: new URLSearchParams() } } as HttpRequest)
  for (const path of ['/', '/health/', '/healthz', '/livez/x']) assert.equal(answer('GET', path), undefined)
  assert.equal(answer('POST', '/health'), undefined)
  assert.ok(answer('HEAD', '/health') instanceof Promise)
})

test('two checks of one name, and one that would hide a part of the report, are misuse', () => {
  assert.throws(() => setUp([check('redis', true), check('redis', false)]), /two checks called "redis"/)
  for (const name of ['status', 'checks', 'service']) {
    assert.throws(() => setUp([check(name, true)]), new RegExp(`cannot be called "${name}"`))
  }
})
