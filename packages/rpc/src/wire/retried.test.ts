import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Code, ConnectError, createClient as createConnectClient } from '@connectrpc/connect'
import { createConnectTransport } from '@connectrpc/connect-node'
import {
  AshlarError,
  edgeTable,
  hasCode,
  markRetried,
  orAborted,
  statusRows,
  toEdgeError,
  wasRetried,
  type CallContext,
  type Policy,
} from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { listen } from '@ashlar/http'
import { EchoService } from '../gen/ashlar/rpctest/v1/echo_pb.ts'
import { createClient, implement, rpcEdgeRows, rpcHandler, type Client } from '../index.ts'
import { decodeError, encodeError } from './error-codec.ts'
import type { UnaryClientOptions } from './unary-client.ts'

class AwayError extends AshlarError {
  readonly code = 'TEST_AWAY' as const
  readonly retryable = true
}

const edge = edgeTable(rpcEdgeRows, { TEST_AWAY: statusRows.unavailable })
const never = new AbortController().signal

function retriedError(): AwayError {
  const error = new AwayError('the bank is away')
  markRetried(error)
  return error
}

/** Whether the caller takes the error for one of a call that was repeated, when its sender tells it in this way. */
function arrivesAsRetried(told: Parameters<typeof encodeError>[0]): boolean {
  const body = Buffer.from(JSON.stringify(encodeError(told)))
  return wasRetried(decodeError({ httpStatus: 503, body, procedure: 'x/Y' }))
}

/** A service all of whose procedures do the same. */
async function serviceOf(t: TestContext, run: (call: CallContext) => Promise<object>): Promise<string> {
  const runEach = (_: unknown, call: CallContext): Promise<object> => run(call)
  const service = implement(EchoService, { echo: runEach, fail: runEach, wait: runEach })
  const server = await listen(rpcHandler([service], { edge }), { port: 0, edge })
  t.after(() => server[Symbol.asyncDispose]())
  return server.url
}

function clientOf(
  t: TestContext,
  baseUrl: string,
  options: Partial<UnaryClientOptions> = {},
): Client<typeof EchoService> {
  const client = createClient(EchoService, { name: 'echo', baseUrl, ...options })
  t.after(() => client[Symbol.asyncDispose]())
  return client
}

/** Runs it that many times, whatever comes of it, and says of the last failure that it did. */
function repeating(times: number, seen: unknown[] = []): Policy {
  return async (work) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work({ signal: never, attempt })
      } catch (error) {
        seen.push(error)
        if (attempt < times) continue
        if (times > 1) markRetried(error)
        throw error
      }
    }
  }
}

/** What is thrown, and not what comes of it. */
function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => assert.fail('it succeeded'),
    (error: unknown) => error,
  )
}

test('an error says over the wire that its call was repeated, and says nothing where it was not', () => {
  const told = toEdgeError(new AwayError('away'), edge)
  assert.equal(arrivesAsRetried({ ...told, isRetried: true }), true)
  assert.equal(arrivesAsRetried({ ...told, retryable: false, isRetried: true }), true)
  assert.equal(arrivesAsRetried({ ...told, isRetried: false }), false)
  assert.equal(arrivesAsRetried(told), false)
  assert.deepEqual(encodeError(told), encodeError({ ...told, isRetried: false }))
})

test('an answer without details, a proxy’s page for one, is of a call that nobody has repeated', () => {
  for (const text of ['{"code":"unavailable","message":"away"}', '<h1>503</h1>', '']) {
    const error = decodeError({ httpStatus: 503, body: Buffer.from(text), procedure: 'x/Y' })
    assert.equal(wasRetried(error), false)
    assert.equal(error.retryable, true)
  }
})

test('a server tells its caller what it knows of the error that it answers with, also of one it tells nothing else of', async (t) => {
  const secret = new Error('select 1')
  markRetried(secret)
  for (const [error, code, isRetried] of [
    [retriedError(), 'TEST_AWAY', true],
    [new AwayError('away'), 'TEST_AWAY', false],
    [secret, 'ASHLAR_INTERNAL', true],
  ] as const) {
    const baseUrl = await serviceOf(t, () => Promise.reject(error))
    const seen = await thrownBy(clientOf(t, baseUrl).fail({}))
    assert.ok(hasCode(seen, code))
    assert.equal(wasRetried(seen), isRetried)
  }
})

test('clients of other makes read an error of a repeated call like any other', async (t) => {
  const baseUrl = await serviceOf(t, () => Promise.reject(retriedError()))
  const client = createConnectClient(EchoService, createConnectTransport({ baseUrl, httpVersion: '1.1' }))
  const error = ConnectError.from(await thrownBy(client.fail({})))
  assert.deepEqual([error.code, error.rawMessage], [Code.Unavailable, 'the bank is away'])
})

test('a policy hears of it, whatever else it is told of the error', async (t) => {
  const baseUrl = await serviceOf(t, () => Promise.reject(retriedError()))
  // Of the second the policy sees that it must not be repeated: its contract does not say that it may be.
  for (const method of ['echo', 'fail'] as const) {
    const seen: unknown[] = []
    await thrownBy(clientOf(t, baseUrl, { policy: repeating(1, seen) })[method]({}))
    assert.deepEqual(seen.map(wasRetried), [true])
  }
})

test('what a policy has repeated is known by the error that the caller gets, whatever the policy saw of it', async (t) => {
  const failures = [new AwayError('away'), new Error('a bug')]
  for (const failure of failures) {
    const baseUrl = await serviceOf(t, () => Promise.reject(failure))
    const once = await thrownBy(clientOf(t, baseUrl, { policy: repeating(1) }).echo({}))
    const twice = await thrownBy(clientOf(t, baseUrl, { policy: repeating(2) }).echo({}))
    assert.deepEqual([wasRetried(once), wasRetried(twice)], [false, true])
  }
})

/** Notes nothing: the call ends over its head. */
function silentlyRepeating(times: number): Policy {
  return async (work) => {
    for (let attempt = 1; attempt < times; attempt++) await work({ signal: never, attempt }).catch(() => {})
    return work({ signal: never, attempt: times })
  }
}

/** Says that it is away until the last attempt, which hangs. */
async function hangingService(t: TestContext, attempts: number): Promise<{ baseUrl: string; hangs: Promise<void> }> {
  const hangs = Promise.withResolvers<void>()
  let asked = 0
  const baseUrl = await serviceOf(t, ({ signal }) => {
    if (++asked < attempts) return Promise.reject(new AwayError('away'))
    hangs.resolve()
    return orAborted(new Promise<never>(() => {}), signal)
  })
  return { baseUrl, hangs: hangs.promise }
}

for (const [attempts, isRetried] of [
  [1, false],
  [2, true],
] as const) {
  test(`a deadline that passes in attempt ${attempts} ${isRetried ? 'is' : 'is not'} that of a repeated call`, async (t) => {
    const clock = new VirtualClock()
    const { baseUrl, hangs } = await hangingService(t, attempts)
    const client = clientOf(t, baseUrl, { policy: silentlyRepeating(attempts), clock, timeoutMs: 300 })
    const thrown = thrownBy(client.echo({}))
    await hangs
    await clock.advance(300)
    const error = await thrown
    assert.ok(hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED'))
    assert.equal(wasRetried(error), isRetried)
  })
}

test('who leaves a call that is being repeated finds nothing noted on the reason', async (t) => {
  const { baseUrl, hangs } = await hangingService(t, 2)
  const caller = new AbortController()
  const client = clientOf(t, baseUrl, { policy: silentlyRepeating(2) })
  const thrown = thrownBy(client.echo({}, { signal: caller.signal }))
  await hangs
  const reason = new AwayError('gone')
  caller.abort(reason)
  assert.equal(await thrown, reason)
  assert.equal(wasRetried(reason), false)
})
