import assert from 'node:assert/strict'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { test } from 'node:test'
import {
  AshlarError,
  currentCall,
  hasCode,
  parseTraceparent,
  runCall,
  type Policy,
  type PolicyCall,
} from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { listen, type HttpHandler, type HttpResponse, type HttpServer } from '../index.ts'
import {
  createHttpClient,
  type HttpClient,
  type HttpClientOptions,
  type HttpClientRequest,
  type HttpStatusError,
} from './index.ts'

const start = (handler: HttpHandler): Promise<HttpServer> => listen(handler, { port: 0 })
const get: HttpClientRequest = { method: 'GET', path: '/' }
const never = new AbortController().signal

/** Tries up to three times what is worth it, and keeps the failures that it sees. */
function retrying(seen: unknown[] = [], attempts = 3): Policy {
  return async (work) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work({ signal: never, attempt })
      } catch (error) {
        seen.push(error)
        if (attempt === attempts || !(error as AshlarError).retryable) throw error
      }
    }
  }
}

/** A server that answers in turn, its last answer for ever, and counts. */
async function answering(
  ...answers: readonly HttpResponse[]
): Promise<HttpServer & { readonly asked: { count: number } }> {
  const asked = { count: 0 }
  const server = await start(async () => answers[Math.min(asked.count++, answers.length - 1)] as HttpResponse)
  return Object.assign(server, { asked })
}
const clientOf = (server: { url: string }, options: Partial<HttpClientOptions> = {}): HttpClient =>
  createHttpClient({ baseUrl: server.url, name: 'stock', ...options })

test('a failing answer is a failure to the policy, and a later good one the request’s', async () => {
  const seen: unknown[] = []
  await using server = await answering({ status: 503 }, { status: 429 }, { status: 200, body: 'ok' })
  await using client = clientOf(server, { policy: retrying(seen) })
  assert.equal((await client.request(get)).text(), 'ok')
  assert.deepEqual(
    seen.map((error) => [(error as HttpStatusError).code, (error as HttpStatusError).status]),
    [
      ['ASHLAR_HTTP_STATUS', 503],
      ['ASHLAR_HTTP_STATUS', 429],
    ],
  )
})

test('a failing answer that the policy gives up on is an answer, with its body', async () => {
  await using server = await answering({ status: 503, body: 'busy' })
  await using client = clientOf(server, { policy: retrying() })
  const answer = await client.request(get)
  assert.deepEqual([answer.status, answer.text(), server.asked.count], [503, 'busy', 3])
})

test('which answers are failures can be chosen; others are never repeated', async () => {
  await using server = await answering({ status: 404 }, { status: 500 }, { status: 200 })
  const seen: unknown[] = []
  const isFailure = ({ status }: { status: number }): boolean => status === 404
  await using client = clientOf(server, { policy: retrying(seen), isFailure })
  assert.equal((await client.request(get)).status, 500)
  assert.equal(seen.length, 1)
})

test('the wait that a server asks for reaches the policy, in seconds or as a date', async () => {
  const clock = new VirtualClock()
  const asked = [
    '7',
    'Thu, 01 Jan 2026 00:00:30 GMT',
    'Wed, 31 Dec 2025 00:00:00 GMT',
    'soon',
    '-1',
    'Thu, 41 Foo 2026 00:00:30 GMT',
  ]
  for (const [index, expected] of [7_000, 30_000, 0, undefined, undefined, undefined].entries()) {
    const seen: unknown[] = []
    await using server = await answering({ status: 503, headers: { 'retry-after': asked[index] ?? '' } })
    await using client = clientOf(server, { policy: retrying(seen, 1), clock })
    await client.request(get)
    assert.equal((seen[0] as HttpStatusError).retryAfterMs, expected, asked[index])
  }
})

const repeated: Record<string, [request: HttpClientRequest, times: number]> = {
  GET: [get, 3],
  HEAD: [{ ...get, method: 'HEAD' }, 3],
  PUT: [{ ...get, method: 'PUT', json: 1 }, 3],
  DELETE: [{ ...get, method: 'DELETE' }, 3],
  POST: [{ ...get, method: 'POST', json: 1 }, 1],
  PATCH: [{ ...get, method: 'PATCH', json: 1 }, 1],
  'POST with an idempotency key': [{ ...get, method: 'POST', headers: { 'Idempotency-Key': '1' } }, 3],
  'POST that says so': [{ ...get, method: 'POST', idempotent: true }, 3],
  'GET that says not': [{ ...get, idempotent: false }, 1],
}

for (const [what, [request, times]] of Object.entries(repeated)) {
  test(`a policy that repeats sends a ${what} ${times === 1 ? 'once' : `${times} times`}`, async () => {
    await using server = await answering({ status: 500 })
    await using client = clientOf(server, { policy: retrying() })
    assert.equal((await client.request(request)).status, 500)
    assert.equal(server.asked.count, times)
  })
}

test('what must not be repeated is not sent twice, whatever the policy thinks', async () => {
  const stubborn: Policy = async (work) => {
    for (let attempt = 1; attempt < 3; attempt++) await work({ signal: never, attempt }).catch(() => {})
    return work({ signal: never, attempt: 3 })
  }
  const hedging: Policy = (work) =>
    Promise.any([1, 2, 3].map((attempt) => work({ signal: never, attempt }))).catch((error: AggregateError) => {
      throw error.errors[0]
    })
  await using server = await answering({ status: 500 })
  for (const [index, policy] of [stubborn, hedging].entries()) {
    await using client = clientOf(server, { policy })
    assert.equal((await client.request({ ...get, method: 'POST' })).status, 500)
    assert.equal(server.asked.count, index + 1)
  }
})

test('a request that was never sent is tried again, whatever its method', async () => {
  const server = await start(async () => ({ status: 204 }))
  await server[Symbol.asyncDispose]()
  const seen: unknown[] = []
  await using client = clientOf(server, { policy: retrying(seen) })
  await assert.rejects(client.request({ ...get, method: 'POST' }), { code: 'ASHLAR_HTTP_UNREACHABLE', isSent: false })
  assert.equal(seen.length, 3)
})

test('a POST whose connection broke is not sent again, and the caller learns what happened', async () => {
  let connections = 0
  const server = createServer((socket) => {
    connections++
    socket.on('error', () => {}).once('data', () => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const seen: unknown[] = []
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await using client = createHttpClient({ baseUrl, name: 'stock', policy: retrying(seen) })
  await assert.rejects(client.request({ ...get, method: 'POST' }), { code: 'ASHLAR_HTTP_UNREACHABLE', isSent: true })
  assert.equal(connections, 1)
  assert.ok(hasCode(seen[0], 'ASHLAR_HTTP_NOT_REPEATABLE'))
  assert.equal((seen[0] as AshlarError).retryable, false)
  await assert.rejects(client.request(get), { code: 'ASHLAR_HTTP_UNREACHABLE' })
  assert.equal(connections, 4)
  server.close()
})

class RefusedError extends AshlarError {
  readonly code = 'TEST_REFUSED' as const
  readonly retryable = true
}

test('a policy’s own refusal reaches the caller, and nothing is sent', async () => {
  await using server = await answering({ status: 200 })
  await using client = clientOf(server, { policy: () => Promise.reject(new RefusedError('open')) })
  await assert.rejects(client.request(get), { code: 'TEST_REFUSED' })
  assert.equal(server.asked.count, 0)
})

test('an attempt ends when its signal aborts, connection and all, and the next is a span of its own', async () => {
  const left = Promise.withResolvers<void>()
  const spans: (string | undefined)[] = []
  await using server = await start(async ({ headers, signal }) => {
    const parent = parseTraceparent(String(headers['traceparent']))
    assert.equal(parent?.traceId, traceId)
    spans.push(parent?.spanId)
    if (spans.length > 1) return { status: 200 }
    signal.addEventListener('abort', () => left.resolve())
    entered.resolve()
    return new Promise(() => {})
  })
  const entered = Promise.withResolvers<void>()
  let traceId: string | undefined
  const policy: Policy = async <T>(work: (call: PolicyCall) => Promise<T>): Promise<T> => {
    const attempt = new AbortController()
    const first = work({ signal: attempt.signal, attempt: 1 })
    await entered.promise
    attempt.abort(new RefusedError('this attempt took too long'))
    await assert.rejects(first, { code: 'TEST_REFUSED' })
    return work({ signal: never, attempt: 2 })
  }
  await using client = clientOf(server, { policy })
  await runCall({ parent: null }, async () => {
    traceId = currentCall()?.trace.traceId
    assert.equal((await client.request(get)).status, 200)
  })
  await left.promise
  assert.equal(new Set(spans).size, 2)
})

test('the request’s own time bounds everything that the policy does', async () => {
  const clock = new VirtualClock()
  await using server = await answering({ status: 500 })
  const waiting: Policy = async (work) => {
    await work({ signal: never, attempt: 1 }).catch(() => {})
    entered.resolve()
    return new Promise(() => {})
  }
  const entered = Promise.withResolvers<void>()
  await using client = clientOf(server, { policy: waiting, clock, timeoutMs: 300 })
  const rejected = assert.rejects(client.request(get), { code: 'ASHLAR_DEADLINE_EXCEEDED' })
  await entered.promise
  await clock.advance(300)
  await rejected
})

test('an answer whose head is over the limit is not read', async () => {
  await using server = await answering({ status: 200, headers: { 'x-a': 'b'.repeat(5_000) } })
  await using client = clientOf(server, { maxHeaderBytes: 4_096 })
  await assert.rejects(client.request(get), { code: 'ASHLAR_HTTP_RESPONSE_TOO_LARGE', limitBytes: 4_096 })
})
