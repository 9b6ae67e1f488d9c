import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request as rawRequest, type IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { closeable } from '@ashlar/kernel'
import { database, get, start, type Started } from './greeter.test.support.ts'
import type { ServiceParts } from './service.ts'

test('a service answers by its handler, configured from the environment it is given', async () => {
  await using started = await start(() => ({}), { GREETING: 'moin' })
  assert.equal((await get(started.client, '/')).text(), 'moin')
  assert.equal(started.lines[0]?.msg, 'ready')
  assert.equal(started.lines[0]['url'], started.running.url)
})

test('a wrong environment fails the start before anything is opened', async () => {
  const failing = start(() => assert.fail('was started'), { PORT: 'x', LOG: 'loud' })
  await assert.rejects(failing, { code: 'ASHLAR_CONFIG_INVALID', message: /PORT must[^]*LOG must/ })
})

test('health tells what is up and how long each check took; liveness does not ask', async () => {
  let asked = 0
  await using started = await start(() => ({ checks: [database(async () => void asked++)] }))
  const { client, clock } = started
  assert.deepEqual((await get(client, '/livez')).json(), { status: 'up' })
  assert.equal(asked, 0)
  await clock.advance(5_000)
  const health = await get(client, '/health')
  assert.equal(health.status, 200)
  assert.deepEqual(health.json(), {
    status: 'healthy',
    database: 'healthy',
    readiness: 'up',
    service: 'greeter',
    version: '1.2.3',
    uptimeMs: 5_000,
    checks: { database: { status: 'up', critical: true, durationMs: 0 } },
  })
  assert.deepEqual((await get(client, '/readyz')).json(), { status: 'up' })
})

test('a failing check makes the service unready, is logged once, and tells its code but not its message', async () => {
  let error: Error | undefined = Object.assign(new Error('password of bank is hunter2'), { code: 'ASHLAR_SQL_CONFIG' })
  const check = async (): Promise<void> => {
    if (error !== undefined) throw error
  }
  await using started = await start(() => ({ checks: [database(check)] }))
  const { client, clock, lines } = started
  const health = await get(client, '/health')
  assert.equal(health.status, 503)
  assert.match(health.text(), /"status":"unhealthy","database":"unhealthy"[^]*"code":"ASHLAR_SQL_CONFIG"/)
  assert.ok(!health.text().includes('hunter2'))
  await clock.advance(1_000)
  assert.equal((await get(client, '/readyz')).status, 503)
  assert.equal((await get(client, '/livez')).status, 200)
  error = undefined
  await clock.advance(1_000)
  assert.equal((await get(client, '/readyz')).status, 200)
  assert.deepEqual(
    lines.map((line) => line.msg),
    ['ready', 'health check fails', 'health check passes again'],
  )
})

test('dependencies are asked once a second, however many ask about them', async () => {
  let asked = 0
  await using started = await start(() => ({ checks: [database(async () => void asked++)] }))
  await Promise.all([get(started.client, '/readyz'), get(started.client, '/health'), get(started.client, '/readyz')])
  assert.equal(asked, 1)
  await started.clock.advance(1_000)
  await get(started.client, '/readyz')
  assert.equal(asked, 2)
})

test('a check that hangs is down after a second, and its signal aborts', async () => {
  const entered = Promise.withResolvers<void>()
  let signal: AbortSignal | undefined
  const check = (call: { signal: AbortSignal }): Promise<void> => {
    signal = call.signal
    entered.resolve()
    return new Promise(() => {})
  }
  await using started = await start(() => ({ checks: [database(check)] }))
  const asked = get(started.client, '/health')
  await entered.promise
  await started.clock.advance(1_000)
  assert.deepEqual(((await asked).json() as { checks: unknown }).checks, {
    database: { status: 'down', critical: true, durationMs: 1_000, code: 'ASHLAR_DEADLINE_EXCEEDED' },
  })
  assert.equal(signal?.aborted, true)
})

test('a failed request is logged with its stack and trace, an expected error and a success are not', async () => {
  await using started = await start(() => ({
    handler: async (request) => {
      if (request.url.path === '/bug') throw new Error('select * from users')
      return { status: 200, body: JSON.stringify(await request.json()) }
    },
  }))
  const { client, lines } = started
  assert.equal((await get(client, '/expected')).status, 415)
  const answer = await get(client, '/bug')
  assert.equal(answer.status, 500)
  assert.ok(!answer.text().includes('select'))
  const [, line] = lines
  assert.equal(lines.length, 2)
  assert.equal(line?.msg, 'request failed')
  assert.equal(line['level'], 'error')
  assert.equal(line['path'], '/bug')
  assert.equal(line['traceId'], answer.headers['x-trace-id'])
  assert.match((line['err'] as { stack: string }).stack, /start-service\.test\.ts/)
})

test('at level debug every request leaves a line with method, path, status and duration', async () => {
  const handler: ServiceParts['handler'] = async (request) => ({ status: 200, body: await request.body() })
  await using started = await start(() => ({ handler }), { LOG: 'debug', ACCESS_LOG: '1/1000000' })
  await started.client.request({ method: 'POST', path: '/a', query: { token: 'hunter2' }, body: 'x'.repeat(2_000_000) })
  await get(started.client, '/b')
  const lines = started.lines.filter((line) => line.msg === 'request')
  assert.deepEqual(
    lines.map(({ method, path, status, durationMs }) => [method, path, status, durationMs]),
    [
      ['POST', '/a', 413, 0],
      ['GET', '/b', 200, 0],
    ],
  )
  assert.match(String(lines[0]?.['traceId']), /^[0-9a-f]{32}$/)
})

test('every request that fails leaves a line by itself, beside that of its error; health paths leave none', async () => {
  const handler: ServiceParts['handler'] = async () => {
    throw new Error('select * from users')
  }
  const down = database(async () => {
    throw new Error('away')
  })
  await using started = await start(() => ({ handler, checks: [down] }), { ACCESS_LOG: '1/1000000' })
  assert.equal((await get(started.client, '/bug')).status, 500)
  for (const path of ['/livez', '/startupz', '/readyz', '/health']) await get(started.client, path)
  const lines = started.lines.filter(({ msg }) => msg === 'request')
  assert.deepEqual(
    lines.map(({ level, path, status }) => [level, path, status]),
    [['info', '/bug', 500]],
  )
  assert.equal(started.lines.filter(({ msg }) => msg === 'request failed').length, 1)
})

/** Five seconds in each of which the loop is late by 600 ms. */
async function overload({ clock, fallBehind }: Started): Promise<void> {
  for (let second = 0; second < 5; second++) {
    fallBehind(600)
    await clock.advance(400)
  }
}

test('a service that cannot keep up refuses new requests and asks for none, until it can; health still answers', async () => {
  await using started = await start(() => ({}))
  const { client, clock, lines } = started
  await overload(started)
  const refused = await get(client, '/')
  assert.deepEqual([refused.status, refused.headers['retry-after']], [503, '3'])
  assert.deepEqual((await get(client, '/readyz')).json(), { status: 'overloaded' })
  assert.equal((await get(client, '/livez')).status, 200)
  await clock.advance(2_000)
  assert.equal((await get(client, '/')).text(), 'hello')
  assert.equal((await get(client, '/readyz')).status, 200)
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['ready', 'overloaded: new requests are refused', 'no longer overloaded'],
  )
})

test('with SHED_LAG_MS at 0 no request is refused for lateness', async () => {
  await using started = await start(() => ({}), { SHED_LAG_MS: '0' })
  await overload(started)
  assert.equal((await get(started.client, '/')).status, 200)
})

test('closing in haste waits for no load balancer', async () => {
  await using started = await start(() => ({}), { DRAIN_DELAY_MS: '60000' })
  const closed = started.running.closeInHaste()
  assert.equal(started.running.close(), closed)
  await closed
  assert.equal(started.clock.now(), 0)
})

test('closing in haste gives what is in flight five seconds', async () => {
  const entered = Promise.withResolvers<void>()
  const order: string[] = []
  const handler = async (): Promise<never> => {
    entered.resolve()
    return new Promise(() => {})
  }
  const parts = [closeable(() => void order.push('part closed'))]
  await using started = await start(() => ({ handler, parts }), { DRAIN_DELAY_MS: '60000' })
  const answered = assert.rejects(get(started.client, '/'))
  await entered.promise
  const closed = started.running.closeInHaste()
  await started.clock.advance(4_999)
  assert.deepEqual(order, [])
  await started.clock.advance(1)
  await closed
  await answered
  assert.deepEqual(order, ['part closed'])
})

test('closing flips readiness, waits for load balancers to notice, and only then stops accepting', async () => {
  await using started = await start(() => ({}), { DRAIN_DELAY_MS: '2000' })
  const { running, client, clock } = started
  const closed = running.close()
  assert.deepEqual((await get(client, '/readyz')).json(), { status: 'draining' })
  assert.equal((await get(client, '/readyz')).status, 503)
  assert.equal((await get(client, '/livez')).status, 200)
  assert.equal((await get(client, '/')).text(), 'hello')
  await clock.advance(2_000)
  await closed
  await assert.rejects(get(client, '/'), { code: 'ASHLAR_HTTP_UNREACHABLE' })
})

test('however long load balancers are waited for, what is in flight has its time after that', async () => {
  const entered = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  const handler = async (): Promise<{ status: number; body: string }> => {
    entered.resolve()
    await opened.promise
    return { status: 200, body: 'done' }
  }
  await using started = await start(() => ({ handler }), { DRAIN_DELAY_MS: '60000' })
  const answered = get(started.client, '/')
  await entered.promise
  const closed = started.running.close()
  await started.clock.advance(69_000)
  opened.resolve()
  assert.equal((await answered).text(), 'done')
  await closed
})

test('closing finishes what is in flight, then closes the parts in reverse, then what onStop registered', async () => {
  const order: string[] = []
  const entered = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  const started = await start(({ onStop }) => {
    onStop(() => void order.push('first registered'))
    onStop(() => void order.push('last registered'))
    return {
      handler: async () => {
        entered.resolve()
        await opened.promise
        order.push('answered')
        return { status: 200, body: 'done' }
      },
      parts: [closeable(() => void order.push('database')), closeable(() => void order.push('poller'))],
    }
  })
  const agent = new Agent({ keepAlive: true })
  const answered = once(rawRequest(started.running.url, { agent }).end(), 'response')
  await entered.promise
  const closed = started.running.close()
  assert.equal(started.running.close(), closed)
  opened.resolve()
  const [answer] = (await answered) as [IncomingMessage]
  assert.equal(answer.headers.connection, 'close')
  assert.equal(String((await answer.toArray())[0]), 'done')
  await closed
  assert.deepEqual(order, ['answered', 'poller', 'database', 'last registered', 'first registered'])
  agent.destroy()
  await started[Symbol.asyncDispose]()
})

test('a start that fails undoes what had been registered', async () => {
  const order: string[] = []
  const failing = start(({ onStop }) => {
    onStop(() => void order.push('undone'))
    throw new Error('no database')
  })
  await assert.rejects(failing, /no database/)
  assert.deepEqual(order, ['undone'])
})

test('a busy port fails the start and closes the parts', async () => {
  const order: string[] = []
  await using first = await start(() => ({}))
  const { port } = new URL(first.running.url)
  const failing = start(() => ({ parts: [closeable(() => void order.push('closed'))] }), { PORT: port })
  await assert.rejects(failing, { code: 'ASHLAR_HTTP_PORT_IN_USE' })
  assert.deepEqual(order, ['closed'])
})
