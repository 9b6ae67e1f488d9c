import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHttpClient } from '@ashlar/http/client'
import { database, get, start, type Started } from '../greeter.test.support.ts'
import type { ServiceParts } from '../service.ts'

const env = { ADMIN_KEY: 'k'.repeat(32) }

/** Runs an action by its name and returns its result, or the answer's problem. */
async function act({ running }: Started, name: string, input: object = {}): Promise<unknown> {
  const headers = { authorization: `Bearer ${env.ADMIN_KEY}` }
  await using admin = createHttpClient({ baseUrl: running.adminUrl ?? '', name: 'admin', headers })
  const answer = await admin.request({ method: 'POST', path: `/actions/${name}`, json: input })
  const body = answer.json() as { result: unknown }
  return answer.status === 200 ? body.result : body
}

test('drain makes readiness say no while requests are still served; undrain takes it back', async () => {
  await using started = await start(() => ({}), env)
  const { client } = started
  assert.deepEqual(await act(started, 'drain'), { status: 'draining' })
  assert.equal((await get(client, '/readyz')).status, 503)
  assert.equal((await get(client, '/livez')).status, 200)
  assert.equal((await get(client, '/')).text(), 'hello')
  assert.deepEqual(await act(started, 'undrain'), { status: 'up' })
  assert.equal((await get(client, '/readyz')).status, 200)
})

test('undrain does not make a service ready that is being closed', async () => {
  await using started = await start(() => ({}), { ...env, DRAIN_DELAY_MS: '1000' })
  const closed = started.running.close()
  assert.deepEqual(await act(started, 'undrain'), { status: 'draining' })
  await started.clock.advance(1_000)
  await closed
})

test('a level that is set shows in the log at once, access lines included, and falls back when it said so', async () => {
  const handler: ServiceParts['handler'] = async () => ({ status: 204 })
  await using started = await start(() => ({ handler }), { ...env, ACCESS_LOG: '1/1000000' })
  const requests = (): number => started.lines.filter(({ msg }) => msg === 'request').length
  await get(started.client, '/before')
  assert.equal(requests(), 0)
  assert.deepEqual(await act(started, 'log-level-set', { level: 'debug', forMs: 60_000 }), [
    { component: null, level: 'debug', until: '2026-01-01T00:01:00.000Z' },
  ])
  await get(started.client, '/during')
  assert.equal(requests(), 1)
  await started.clock.advance(60_000)
  await get(started.client, '/after')
  assert.equal(requests(), 1)
  assert.deepEqual(await act(started, 'log-level'), [{ component: null, level: 'info', until: null }])
})

test('a component is set by its name, "default" is what LOG says, and an unknown name is told the known ones', async () => {
  await using started = await start(
    ({ log }) => ({ handler: async () => handled(log.child({ component: 'mailer' })) }),
    {
      ...env,
      LOG: 'error,greeter.mailer=warn',
    },
  )
  await get(started.client, '/')
  assert.deepEqual(started.lines, [])
  await act(started, 'log-level-set', { level: 'info', component: 'mailer' })
  await get(started.client, '/')
  assert.equal(started.lines.filter(({ msg }) => msg === 'mailed').length, 1)
  assert.deepEqual(await act(started, 'log-level-set', { level: 'default', component: 'mailer' }), [
    { component: null, level: 'error', until: null },
    { component: 'mailer', level: 'warn', until: null },
  ])
  const { issues } = (await act(started, 'log-level-set', { level: 'info', component: 'mail' })) as { issues: unknown }
  assert.deepEqual(issues, [{ path: 'component', message: 'must be one of mailer' }])
})

function handled(log: { info(fields: object, message: string): void }): { status: number } {
  log.info({}, 'mailed')
  return { status: 204 }
}

test('the settings in effect are shown with where they came from, and no secret among them', async () => {
  await using started = await start(() => ({}), {
    ...env,
    GREETING: 'moin',
    LOG: 'info,greeter.mailer=debug,order=warn',
    ACCESS_LOG: '1/50',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=hunter2',
  })
  const settings = (await act(started, 'config')) as { name: string }[]
  assert.deepEqual(settings, [
    { name: 'GREETING', value: 'moin', from: 'environment' },
    { name: 'PORT', value: 0, from: 'default' },
    { name: 'HOST', value: '127.0.0.1', from: 'default' },
    { name: 'DRAIN_DELAY_MS', value: 0, from: 'default' },
    { name: 'SHED_LAG_MS', value: 500, from: 'default' },
    { name: 'ADMIN_KEY', value: '(secret)', from: 'environment' },
    { name: 'ADMIN_PORT', value: 0, from: 'default' },
    { name: 'DIAGNOSTICS_DIR', value: '', from: 'default' },
    { name: 'LOG', value: 'info,greeter.mailer=debug', from: 'environment' },
    { name: 'ACCESS_LOG', value: '1/50', from: 'environment' },
    { name: 'TELEMETRY', value: 'on', from: 'default' },
    { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: '', from: 'default' },
    { name: 'OTEL_EXPORTER_OTLP_HEADERS', value: '(secret)', from: 'environment' },
    { name: 'TRACE_KEEP_ONE_IN', value: 100, from: 'default' },
    { name: 'TRACE_ASK_PER_SECOND', value: 20, from: 'default' },
    { name: 'TRACE_SLOW_MS', value: 1_000, from: 'default' },
  ])
})

test('health and build-info say how it is and what it is', async () => {
  await using started = await start(() => ({ checks: [database(async () => {})] }), env)
  await started.clock.advance(1_500)
  const health = (await act(started, 'health')) as object
  assert.deepEqual(health, (await get(started.client, '/health')).json())
  const info = (await act(started, 'build-info')) as Record<string, unknown>
  assert.deepEqual(
    [info['service'], info['version'], info['node'], info['pid'], info['startedAt']],
    ['greeter', '1.2.3', process.version, process.pid, '2026-01-01T00:00:00.000Z'],
  )
  assert.ok((info['memoryBytes'] as number) > 1_000_000)
})
