import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as rawRequest, type IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { action, type Action } from '@ashlar/kernel'
import { get, start, type Line, type Started } from '../greeter.test.support.ts'
import { BadGreetingError, greetingEdge } from './bad-greeting.test.support.ts'

const key = 'k'.repeat(32)
const env = { ADMIN_KEY: key }

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Record<string, unknown>
}

interface Asking {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** Asks the admin endpoint, as an operator does unless `headers` say otherwise. */
async function ask({ running }: Started, path: string, { method, body, headers }: Asking = {}): Promise<Answer> {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  const sent = rawRequest(`${running.adminUrl}${path}`, {
    method: method ?? (text === undefined ? 'GET' : 'POST'),
    agent: false,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
  })
  sent.end(text)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const answered = Buffer.concat(await answer.toArray()).toString()
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: JSON.parse(answered) as Answer['body'] }
}

const audit = (lines: readonly Line[]): Line[] => lines.filter((line) => line['audit'] === true)

const greet = action({
  name: 'greet',
  description: 'Greets somebody.',
  risk: 'change',
  input: {
    who: { type: 'string', description: 'Whom.' },
    pin: { type: 'string', description: 'A secret.', secret: true, optional: true },
  },
  run: async ({ who }, call) => ({ greeting: `hello ${who}`, by: call.principal?.subject }),
})

function failing(error: Error): Action {
  const run = async (): Promise<never> => {
    throw error
  }
  return action({ ...greet, run })
}

test('without a key there is no admin endpoint', async () => {
  await using started = await start(() => ({}))
  assert.equal(started.running.adminUrl, undefined)
  assert.equal(started.lines[0]?.['adminUrl'], undefined)
})

test('a key that could be guessed is refused at the start', async () => {
  await assert.rejects(
    start(() => ({}), { ADMIN_KEY: 'hunter2' }),
    (error: Error) => /ADMIN_KEY must be a secret of at least 32/.test(error.message) && !/hunter2/.test(error.message),
  )
})

test('who holds the key is told every action of the service, with input and risk', async () => {
  await using started = await start(() => ({ actions: [greet] }), env)
  const { status, body } = await ask(started, '/actions')
  assert.equal(status, 200)
  const actions = body['actions'] as Record<string, unknown>[]
  assert.deepEqual(
    actions.map(({ name }) => name),
    [
      'config',
      'build-info',
      'health',
      'drain',
      'undrain',
      'log-level',
      'log-level-set',
      'heap-snapshot',
      'cpu-profile',
      'greet',
    ],
  )
  assert.deepEqual(actions.at(-1), { ...(JSON.parse(JSON.stringify(greet)) as object), timeoutMs: 10_000 })
  assert.deepEqual([body['service'], body['version']], ['greeter', '1.2.3'])
})

test('a missing key, a wrong one and a part of the right one are turned away, and logged without the key', async () => {
  await using started = await start(() => ({}), env)
  for (const authorization of ['', `Bearer ${key.slice(1)}`, `Bearer ${key}k`, key, `Basic ${key}`]) {
    const answer = await ask(started, '/actions/drain', { body: {}, headers: { authorization } })
    assert.equal(answer.status, 401, authorization)
    assert.equal(answer.body['code'], 'ASHLAR_ADMIN_UNAUTHENTICATED')
  }
  assert.equal((await get(started.client, '/readyz')).status, 200)
  assert.equal(audit(started.lines).length, 5)
  assert.ok(!JSON.stringify(started.lines).includes('kkkk'))
})

test('after ten wrong keys in a minute the rest leave no trace, while the right key still opens', async () => {
  await using started = await start(() => ({}), env)
  const wrong = { headers: { authorization: 'Bearer wrong' } }
  for (let index = 0; index < 10; index++) assert.equal((await ask(started, '/actions', wrong)).status, 401)
  const refused = await ask(started, '/actions', wrong)
  assert.equal(refused.status, 429)
  assert.equal(refused.headers['retry-after'], '60')
  assert.equal(audit(started.lines).length, 10)
  assert.equal((await ask(started, '/actions')).status, 200)
  await started.clock.advance(60_000)
  assert.equal((await ask(started, '/actions', wrong)).status, 401)
})

test('a page whose own name points at the loopback address is turned away, with the key or without', async () => {
  await using started = await start(() => ({}), env)
  for (const host of [
    'evil.example',
    `evil.example:${new URL(started.running.adminUrl ?? '').port}`,
    '127.0.0.1.evil.example',
    'evil-localhost',
  ]) {
    const answer = await ask(started, '/actions', { headers: { host } })
    assert.equal(answer.status, 403, host)
    assert.equal(answer.body['code'], 'ASHLAR_ADMIN_FORBIDDEN')
  }
  const page = await ask(started, '/actions', { headers: { origin: 'http://127.0.0.1:3000' } })
  assert.equal(page.status, 403)
  const preflight = await ask(started, '/actions', { method: 'OPTIONS' })
  assert.equal(preflight.headers['access-control-allow-origin'], undefined)
  assert.equal(preflight.status, 405)
  assert.equal((await ask(started, '/actions', { headers: { host: 'localhost:1' } })).status, 200)
})

test('the service itself does not serve actions, and the endpoint listens on the loopback address only', async () => {
  await using started = await start(() => ({}), { ...env, HOST: '0.0.0.0' })
  assert.match(started.running.adminUrl ?? '', /^http:\/\/127\.0\.0\.1:\d+$/)
  assert.equal((await get(started.client, '/actions')).text(), 'hello')
})

test('an action that changes something leaves two lines: who asked for what and why, and how it ended', async () => {
  await using started = await start(() => ({ actions: [greet] }), { ...env, LOG: 'silent' })
  const { status, body } = await ask(started, '/actions/greet', {
    body: { who: 'Ann', pin: 'hunter2' },
    headers: { 'ashlar-operator': 'J%C3%B6rg', 'ashlar-reason': encodeURIComponent('nobody greeted\nher') },
  })
  assert.equal(status, 200)
  assert.deepEqual(body, { result: { greeting: 'hello Ann', by: 'Jörg' } })
  const [begun, ended, ...more] = audit(started.lines).map(({ traceId: _t, spanId: _s, time: _time, ...line }) => line)
  assert.deepEqual(begun, {
    level: 'info',
    service: 'greeter',
    audit: true,
    action: 'greet',
    risk: 'change',
    input: { who: 'Ann', pin: '[secret]' },
    operator: 'Jörg',
    reason: 'nobody greeted\nher',
    msg: 'action begins',
  })
  assert.deepEqual(ended, { ...begun, outcome: 'done', durationMs: 0, msg: 'action ended' })
  assert.deepEqual(more, [])
})

test('an action without a result is answered with null', async () => {
  await using started = await start(() => ({ actions: [action({ ...greet, run: async () => undefined })] }), env)
  assert.deepEqual((await ask(started, '/actions/greet', { body: { who: 'Ann' } })).body, { result: null })
})

test('an action that only looks leaves no line', async () => {
  await using started = await start(() => ({}), env)
  assert.equal((await ask(started, '/actions/health', { body: {} })).status, 200)
  assert.equal(started.lines.length, 1)
})

test('what is wrong with a request is told by name, audited without its content, and runs nothing', async () => {
  let runs = 0
  const counted = action({ ...greet, run: async () => void runs++ })
  await using started = await start(() => ({ actions: [counted] }), env)
  const wrong = await ask(started, '/actions/greet', { body: { pin: 7, whom: 'hunter2' } })
  assert.equal(wrong.status, 400)
  assert.deepEqual(
    (wrong.body['issues'] as { path: string }[]).map(({ path }) => path),
    ['whom', 'who', 'pin'],
  )
  const cases: [path: string, asking: Asking, status: number][] = [
    ['/actions/gret', { body: {} }, 404],
    ['/actions/__proto__', { body: {} }, 404],
    ['/nothing', {}, 404],
    ['/actions/greet', {}, 405],
    ['/actions', { body: {} }, 405],
    ['/actions/greet', { body: '{"who":' }, 400],
    ['/actions/greet', { body: '[]' }, 400],
    ['/actions/greet', { body: { who: 'hunter2' }, headers: { 'content-type': 'text/plain' } }, 415],
    ['/actions/greet', { body: { who: 'x'.repeat(70_000) } }, 413],
  ]
  for (const [path, asking, status] of cases) assert.equal((await ask(started, path, asking)).status, status, path)
  assert.equal(runs, 0)
  const [first, ...others] = audit(started.lines)
  assert.deepEqual(first?.['issues'], ['whom is not known', 'who is required', 'pin must be text'])
  assert.equal(others.length, cases.length)
  assert.ok(!JSON.stringify(started.lines).includes('hunter2'))
})

test('an action that fails is answered by the table of the service, and audited with its code', async () => {
  const known = failing(new BadGreetingError())
  await using started = await start(() => ({ actions: [known], edge: greetingEdge }), env)
  const answer = await ask(started, '/actions/greet', { body: { who: 'Ann' } })
  assert.equal(answer.status, 409)
  assert.equal(answer.body['detail'], 'nobody says that')
  const ended = audit(started.lines).at(-1)
  assert.deepEqual([ended?.['outcome'], ended?.['code']], ['failed', 'TEST_BAD_GREETING'])
})

test('an error that nobody foresaw keeps its message in the log', async () => {
  await using started = await start(() => ({ actions: [failing(new Error('select * from users'))] }), env)
  const answer = await ask(started, '/actions/greet', { body: { who: 'Ann' } })
  assert.equal(answer.status, 500)
  assert.ok(!JSON.stringify(answer.body).includes('select'))
  const line = started.lines.find(({ msg }) => msg === 'admin request failed')
  assert.match(JSON.stringify(line), /select \* from users/)
  assert.equal(line?.['traceId'], answer.body['traceId'])
})

test('an action that takes too long is ended, and so is one whose caller goes away', async () => {
  const signals: AbortSignal[] = []
  let entered = Promise.withResolvers<void>()
  const slow = action({
    ...greet,
    timeoutMs: 3_000,
    run(_input, { signal }) {
      signals.push(signal)
      entered.resolve()
      return new Promise(() => {})
    },
  })
  await using started = await start(() => ({ actions: [slow] }), env)
  const answer = ask(started, '/actions/greet', { body: { who: 'Ann' } })
  await entered.promise
  await started.clock.advance(3_000)
  assert.equal((await answer).status, 504)
  assert.equal(signals[0]?.aborted, true)

  entered = Promise.withResolvers()
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const sent = rawRequest(`${started.running.adminUrl}/actions/greet`, { method: 'POST', headers, agent: false })
  sent.on('error', () => {})
  sent.end('{"who":"Ann"}')
  await entered.promise
  const aborted = once(signals[1] as AbortSignal, 'abort')
  sent.destroy()
  await aborted
  await started.clock.advance(0)
  const codes = (): unknown[] => audit(started.lines).flatMap(({ msg, code }) => (msg === 'action ended' ? [code] : []))
  assert.deepEqual(codes(), ['ASHLAR_DEADLINE_EXCEEDED', 'ASHLAR_CANCELLED'])
})

test('two actions of one name are a mistake, whoever made them', async () => {
  const drain = action({ ...greet, name: 'drain' })
  await assert.rejects(
    start(() => ({ actions: [drain] }), env),
    /there are two actions called "drain"/,
  )
})

test('operators can still look while the service finishes what it has begun', async () => {
  const entered = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  await using started = await start(
    () => ({
      handler: async () => {
        entered.resolve()
        await opened.promise
        return { status: 200 }
      },
    }),
    env,
  )
  const answered = get(started.client, '/')
  await entered.promise
  const closed = started.running.close()
  const health = await ask(started, '/actions/health', { body: {} })
  assert.equal((health.body['result'] as { readiness: string }).readiness, 'draining')
  opened.resolve()
  assert.equal((await answered).status, 200)
  await closed
  await assert.rejects(ask(started, '/actions'), { code: 'ECONNREFUSED' })
})
