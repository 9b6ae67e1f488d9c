import assert from 'node:assert/strict'
import { request } from 'node:http'
import { suite, test, type TestContext } from 'node:test'
import { Code, ConnectError, createClient as createConnectClient } from '@connectrpc/connect'
import { createConnectTransport } from '@connectrpc/connect-node'
import {
  AshlarError,
  InvalidInputError,
  edgeTable,
  hasCode,
  remainingMs,
  runCall,
  type CallContext,
} from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { listen, type HttpServer } from '@ashlar/http'
import { EchoService } from './gen/ashlar/rpctest/v1/echo_pb.ts'
import { createClient, implement, rpcEdgeRows, rpcHandler, type RemoteError } from './index.ts'
import type { UnaryClientOptions, UnaryServerOptions } from './wire/index.ts'

class SoldOutError extends AshlarError {
  readonly code = 'TEST_SOLD_OUT' as const
  readonly retryable = true
  readonly retryAfterMs = 1_250
}

const edge = edgeTable(rpcEdgeRows, { TEST_SOLD_OUT: { status: 'failed_precondition', http: 409, title: 'Sold out' } })

/** What the server's `wait` procedures do when they are asked and cancelled, for tests to await. */
class Waiters {
  readonly #listeners: (() => void)[] = []
  readonly #asked = Promise.withResolvers<void>()
  readonly reasons: unknown[] = []

  /** Resolves when the first call is there. */
  get asked(): Promise<void> {
    return this.#asked.promise
  }

  wait(call: CallContext): Promise<never> {
    this.#asked.resolve()
    return new Promise((_, reject) => {
      call.signal.addEventListener('abort', () => {
        this.reasons.push(call.signal.reason)
        reject(call.signal.reason)
        for (const listener of this.#listeners.splice(0)) listener()
      })
    })
  }

  cancelled(): Promise<void> {
    return this.reasons.length > 0 ? Promise.resolve() : new Promise((resolve) => this.#listeners.push(resolve))
  }
}

function echoService(waiters: Waiters): ReturnType<typeof implement> {
  return implement(EchoService, {
    async echo(message, call) {
      return {
        text: message.text,
        number: message.number,
        words: message.words,
        subject: call.principal?.subject ?? '',
        idempotencyKey: call.idempotencyKey ?? '',
        traceId: call.trace.traceId,
        remainingMs: Math.floor(remainingMs(call) ?? -1),
        baggage: { ...call.baggage },
      }
    },
    async fail({ how }) {
      if (how === 'sold out') throw new SoldOutError('none left')
      if (how === 'invalid') throw new InvalidInputError([{ path: 'lines[0].quantity', message: 'must be 1 to 99' }])
      throw new Error('select * from users where password = 1')
    },
    wait: (_, call) => waiters.wait(call),
  })
}

interface Harness {
  readonly server: HttpServer
  readonly waiters: Waiters
  readonly client: ReturnType<typeof createClient<typeof EchoService>>
  readonly errors: unknown[]
}

async function start(
  t: TestContext,
  options: { server?: Partial<UnaryServerOptions>; client?: Partial<UnaryClientOptions> } = {},
): Promise<Harness> {
  const waiters = new Waiters()
  const errors: unknown[] = []
  const onError = (error: unknown): void => void errors.push(error)
  const handler = rpcHandler([echoService(waiters)], { edge, onError, ...options.server })
  const server = await listen(handler, { port: 0, edge })
  const client = createClient(EchoService, { name: 'echo', baseUrl: server.url, ...options.client })
  t.after(async () => {
    await client[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })
  return { server, waiters, client, errors }
}

function post(url: string, headers: Record<string, string>, body: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

for (const format of ['json', 'binary'] as const) {
  suite(`calls as ${format}`, () => {
    test('a message goes there and back unchanged, 64-bit numbers included', async (t) => {
      const { client } = await start(t, { client: { format } })
      const sent = { text: 'grüße', number: 9_007_199_254_740_993n, words: ['a', ''] }
      const answer = await client.echo(sent)
      assert.deepEqual({ text: answer.text, number: answer.number, words: answer.words }, sent)
    })

    test('deadline, principal, trace, key and baggage of the current call reach the callee', async (t) => {
      const { client } = await start(t, { server: { meshKey: 'secret' }, client: { format, meshKey: 'secret' } })
      const principal = { subject: 'user-1', roles: ['customer'] }
      await runCall(
        { timeoutMs: 4_000, principal, idempotencyKey: 'schlüssel', baggage: { tier: 'gold & more' } },
        async (call) => {
          const answer = await client.echo({})
          assert.equal(answer.subject, 'user-1')
          assert.equal(answer.idempotencyKey, 'schlüssel')
          assert.equal(answer.traceId, call.trace.traceId)
          assert.deepEqual(answer.baggage, { tier: 'gold & more' })
          assert.ok(answer.remainingMs > 0 && answer.remainingMs <= 4_000, `${answer.remainingMs} ms are left`)
        },
      )
    })

    test('an error keeps its code, sentence, retry advice and issues across the wire', async (t) => {
      const { client } = await start(t, { client: { format } })
      await assert.rejects(client.fail({ how: 'sold out' }), (error) => {
        assert.ok(hasCode(error, 'TEST_SOLD_OUT'))
        const remote = error as unknown as RemoteError
        assert.equal(remote.message, 'none left')
        assert.equal(remote.status, 'failed_precondition')
        assert.equal(remote.retryable, true)
        assert.equal(remote.retryAfterMs, 1_250)
        assert.equal(remote.procedure, 'ashlar.rpctest.v1.EchoService/Fail')
        return true
      })
      await assert.rejects(client.fail({ how: 'invalid' }), (error) => {
        assert.ok(hasCode(error, 'ASHLAR_INVALID_INPUT'))
        const { issues } = error as unknown as RemoteError
        assert.deepEqual(issues, [{ path: 'lines[0].quantity', message: 'must be 1 to 99' }])
        return true
      })
    })
  })
}

test('an error that is nobody’s business tells the caller nothing, and the server everything', async (t) => {
  const { client, errors } = await start(t)
  await assert.rejects(client.fail({ how: 'bug' }), (error) => {
    assert.ok(hasCode(error, 'ASHLAR_INTERNAL'))
    assert.doesNotMatch(error.message, /select|password/)
    return true
  })
  assert.match(String(errors[0]), /select \* from users/)
})

test('when the deadline passes the caller is told at once and the callee is cancelled', async (t) => {
  const clock = new VirtualClock()
  // For the callee time does not pass: it is cancelled because its caller goes.
  const { client, waiters } = await start(t, { client: { clock } })
  const call = client.wait({}, { timeoutMs: 60_000 })
  const rejected = assert.rejects(call, (error) => hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED'))
  await waiters.asked
  await clock.advance(60_000)
  await rejected
  await waiters.cancelled()
})

test('when the caller cancels, the callee is cancelled', async (t) => {
  const { client, waiters } = await start(t)
  const controller = new AbortController()
  const call = client.wait({}, { signal: controller.signal })
  const rejected = assert.rejects(call, /changed my mind/)
  await waiters.asked
  controller.abort(new Error('changed my mind'))
  await rejected
  await waiters.cancelled()
})

test('a callee that is not there is unreachable, and trying again may help', async (t) => {
  const { client, server } = await start(t)
  await server[Symbol.asyncDispose]()
  await assert.rejects(client.echo({}), (error) => {
    assert.ok(hasCode(error, 'ASHLAR_RPC_UNREACHABLE'))
    assert.match(error.message, /service "echo" cannot be reached: nothing listens there/)
    return true
  })
})

test('calls above the bound are refused without being sent', async (t) => {
  const { client } = await start(t, { client: { maxInFlight: 1 } })
  const first = client.echo({ text: 'first' })
  await assert.rejects(client.echo({}), (error) => hasCode(error, 'ASHLAR_RPC_OVERLOADED'))
  assert.equal((await first).text, 'first')
})

test('an answer above the bound is refused', async (t) => {
  const { client } = await start(t, { client: { maxResponseBytes: 100 } })
  await assert.rejects(client.echo({ text: 'x'.repeat(200) }), (error) => hasCode(error, 'ASHLAR_RPC_PROTOCOL'))
})

test('without the mesh key nothing is served', async (t) => {
  const { server } = await start(t, { server: { meshKey: 'secret' }, client: { meshKey: 'secret' } })
  const stranger = createClient(EchoService, { name: 'echo', baseUrl: server.url, meshKey: 'guess' })
  t.after(() => stranger[Symbol.asyncDispose]())
  await assert.rejects(stranger.echo({}), (error) => hasCode(error, 'ASHLAR_RPC_UNAUTHENTICATED'))
})

test('without a mesh key nobody is believed who they say they are', async (t) => {
  const { client } = await start(t)
  const answer = await runCall({ principal: { subject: 'admin', roles: [] } }, () => client.echo({}))
  assert.equal(answer.subject, '')
})

test('a member of the mesh is served', async (t) => {
  const { client } = await start(t, { server: { meshKey: 'secret' }, client: { meshKey: 'secret' } })
  assert.equal((await client.echo({ text: 'hello' })).text, 'hello')
})

test('an implementation that lacks a method is refused at start', () => {
  assert.throws(() => implement(EchoService, {} as never), /ashlar.rpctest.v1.EchoService\/Echo is missing/)
})

suite('requests that are not the protocol', () => {
  const path = '/ashlar.rpctest.v1.EchoService/Echo'
  const json = { 'content-type': 'application/json' }
  const cases: {
    name: string
    path?: string
    headers: Record<string, string>
    body: string
    status: number
    says: RegExp
  }[] = [
    {
      name: 'a content type that is not spoken',
      headers: { 'content-type': 'text/plain' },
      body: '',
      status: 415,
      says: /^$/,
    },
    {
      name: 'a compressed body',
      headers: { ...json, 'content-encoding': 'br' },
      body: '{}',
      status: 501,
      says: /unimplemented.*br/,
    },
    {
      name: 'another protocol version',
      headers: { ...json, 'connect-protocol-version': '2' },
      body: '{}',
      status: 400,
      says: /invalid_argument/,
    },
    {
      name: 'a deadline that is no number',
      headers: { ...json, 'connect-timeout-ms': 'soon' },
      body: '{}',
      status: 400,
      says: /connect-timeout-ms/,
    },
    {
      name: 'a principal that cannot be read',
      headers: { ...json, 'ashlar-principal': 'x' },
      body: '{}',
      status: 400,
      says: /ashlar-principal/,
    },
    { name: 'malformed JSON', headers: json, body: '{"text":', status: 400, says: /not valid JSON/ },
    {
      name: 'a field of the wrong type',
      headers: json,
      body: '{"words":"secret"}',
      status: 400,
      says: /words has the wrong type/,
    },
    {
      name: 'broken binary',
      headers: { 'content-type': 'application/proto' },
      body: '\u000a\u007f',
      status: 400,
      says: /not a valid protobuf message/,
    },
    {
      name: 'an unknown procedure',
      path: '/ashlar.rpctest.v1.EchoService/Nope',
      headers: json,
      body: '{}',
      status: 501,
      says: /unimplemented/,
    },
  ]
  for (const { name, headers, body, status, says, ...rest } of cases) {
    test(`${name} is answered ${status}`, async (t) => {
      const { server } = await start(t)
      const answer = await post(server.url + (rest.path ?? path), headers, body)
      assert.equal(answer.status, status)
      assert.match(answer.body, says)
      assert.doesNotMatch(answer.body, /secret/)
    })
  }

  test('baggage of another sender may hold equals signs and properties', async (t) => {
    const { server } = await start(t)
    const answer = await post(server.url + path, { ...json, baggage: 'tier=a=b== ;kept=1, plain=x,broken' }, '{}')
    assert.deepEqual((JSON.parse(answer.body) as { baggage: unknown }).baggage, { tier: 'a=b==', plain: 'x' })
  })

  test('a body above the bound is answered 429 with its code', async (t) => {
    const { server } = await start(t, { server: { maxRequestBytes: 10, edge: edgeTable(rpcEdgeRows, tooLargeRow) } })
    const answer = await post(server.url + path, json, JSON.stringify({ text: 'longer than ten bytes' }))
    assert.equal(answer.status, 429)
    assert.match(answer.body, /resource_exhausted/)
  })
})

const tooLargeRow = {
  ASHLAR_HTTP_BODY_TOO_LARGE: { status: 'resource_exhausted', http: 413, title: 'Body too large' },
} as const

suite('an independent Connect implementation', () => {
  for (const useBinaryFormat of [true, false]) {
    test(`connect-node as client (${useBinaryFormat ? 'binary' : 'JSON'}) is understood, errors included`, async (t) => {
      const { server } = await start(t)
      const transport = createConnectTransport({ baseUrl: server.url, httpVersion: '1.1', useBinaryFormat })
      const client = createConnectClient(EchoService, transport)
      const answer = await client.echo({ text: 'hello', number: 5n }, { timeoutMs: 5_000 })
      assert.equal(answer.number, 5n)
      assert.ok(answer.remainingMs > 0)
      await assert.rejects(client.fail({ how: 'sold out' }), (error) => {
        assert.ok(error instanceof ConnectError)
        assert.equal(error.code, Code.FailedPrecondition)
        assert.deepEqual(
          error.details.map((detail) => 'type' in detail && detail.type),
          ['google.rpc.ErrorInfo', 'google.rpc.RetryInfo'],
        )
        return true
      })
      await assert.rejects(client.wait({}, { timeoutMs: 30 }), (error) => {
        assert.equal(ConnectError.from(error).code, Code.DeadlineExceeded)
        return true
      })
    })
  }
})
