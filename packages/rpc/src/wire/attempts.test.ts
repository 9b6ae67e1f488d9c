import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { AshlarError, codeOf, hasCode, runCall, statusRows, type Policy, type StatusName } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { EchoService } from '../gen/ashlar/rpctest/v1/echo_pb.ts'
import { createClient, type RemoteError } from '../index.ts'
import type { UnaryClientOptions } from './unary-client.ts'

type Client = ReturnType<typeof createClient<typeof EchoService>>
type Answer = (response: ServerResponse, request: IncomingMessage) => void

interface Callee {
  readonly baseUrl: string
  readonly asked: IncomingMessage[]
}

/** Answers in turn, with its last answer for ever, and keeps what it was asked. */
async function calleeOf(t: TestContext, ...answers: readonly Answer[]): Promise<Callee> {
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    request.resume()
    asked.push(request)
    answers[Math.min(asked.length, answers.length) - 1]!(response, request)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close().closeAllConnections())
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

function clientOf(t: TestContext, callee: Pick<Callee, 'baseUrl'>, options: Partial<UnaryClientOptions>): Client {
  const client = createClient(EchoService, { name: 'echo', baseUrl: callee.baseUrl, format: 'json', ...options })
  t.after(() => client[Symbol.asyncDispose]())
  return client
}

const ok: Answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
const fails =
  (status: StatusName): Answer =>
  (response) =>
    response.writeHead(statusRows[status].http).end(JSON.stringify({ code: status, message: `it is ${status}` }))
const hangsUp: Answer = (response) => void response.destroy()

const factsOf = ({ code, retryable, ...rest }: AshlarError): unknown => {
  const { retryAfterMs } = rest as { retryAfterMs?: number }
  return { code, retryable, retryAfterMs }
}

const never = new AbortController().signal

/** Tries up to three times what says that it is worth it and does not say that it must not be; keeps what it sees. */
function retrying(seen: AshlarError[] = []): Policy {
  return async (work) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work({ signal: never, attempt })
      } catch (error) {
        seen.push(error as AshlarError)
        const { retryable, retryAfterMs = 0 } = error as { retryable?: boolean; retryAfterMs?: number }
        if (attempt === 3 || retryable !== true || retryAfterMs < 0) throw error
      }
    }
  }
}

test('what the contract says may be repeated is, and the callee is told which attempt it is', async (t) => {
  for (const method of ['echo', 'wait'] as const) {
    const callee = await calleeOf(t, hangsUp, fails('unavailable'), ok)
    await clientOf(t, callee, { policy: retrying() })[method]({})
    assert.deepEqual(
      callee.asked.map(({ headers }) => headers['ashlar-attempt']),
      [undefined, '2', '3'],
    )
  }
})

test('what the contract says nothing about is sent once, and the caller learns what happened', async (t) => {
  for (const [answer, code] of [
    [fails('unavailable'), 'ASHLAR_RPC_UNAVAILABLE'],
    [hangsUp, 'ASHLAR_RPC_UNREACHABLE'],
  ] as const) {
    const callee = await calleeOf(t, answer, ok)
    const seen: AshlarError[] = []
    await assert.rejects(clientOf(t, callee, { policy: retrying(seen) }).fail({}), (error) => hasCode(error, code))
    assert.equal(callee.asked.length, 1)
    // A breaker counts it by the first, and a retry stops at the second.
    assert.deepEqual(seen.map(factsOf), [{ code, retryable: true, retryAfterMs: -1 }])
  }
})

test('what must not be repeated is not, whatever the policy thinks, one attempt after the other or side by side', async (t) => {
  const stubborn: Policy = async (work) => {
    for (let attempt = 1; attempt < 3; attempt++) await work({ signal: never, attempt }).catch(() => {})
    return work({ signal: never, attempt: 3 })
  }
  const hedging: Policy = (work) =>
    Promise.any([1, 2, 3].map((attempt) => work({ signal: never, attempt }))).catch((error: AggregateError) => {
      throw error.errors[2]
    })
  for (const policy of [stubborn, hedging]) {
    const callee = await calleeOf(t, fails('unavailable'))
    const client = clientOf(t, callee, { policy })
    await assert.rejects(client.fail({}), (error) => hasCode(error, 'ASHLAR_RPC_UNAVAILABLE'))
    assert.equal(callee.asked.length, 1)
  }
})

test('what was never sent is tried again, whatever the contract says', async (t) => {
  const seen: AshlarError[] = []
  const client = clientOf(t, { baseUrl: 'http://127.0.0.1:1' }, { policy: retrying(seen) })
  await assert.rejects(client.fail({}), { code: 'ASHLAR_RPC_UNREACHABLE', isSent: false })
  assert.equal(seen.length, 3)
})

const illnesses: readonly StatusName[] = ['unavailable', 'deadline_exceeded', 'internal', 'unknown', 'data_loss']

for (const status of Object.keys(statusRows) as StatusName[]) {
  const isIllness = illnesses.includes(status)
  test(`to a policy "${status}" is ${isIllness ? 'a failure of the callee' : 'an answer, and is not repeated'}`, async (t) => {
    const callee = await calleeOf(t, fails(status))
    const seen: AshlarError[] = []
    const error = await clientOf(t, callee, { policy: retrying(seen) })
      .echo({})
      .catch((thrown: unknown) => thrown as RemoteError)
    assert.equal((error as RemoteError).status, status)
    assert.equal(seen[0]?.retryable, isIllness)
    // Of those only this one says that the same call may succeed.
    assert.equal(callee.asked.length, status === 'unavailable' ? 3 : 1)
  })
}

test('an answer that says when to come back is an answer to a policy, and says so to the caller', async (t) => {
  // google.rpc.ErrorInfo with reason SHOP_LIMITED and metadata retryable.
  const value = Buffer.concat([
    field(1, 'SHOP_LIMITED'),
    field(3, Buffer.concat([field(1, 'retryable'), field(2, 'true')])),
  ])
  const details = [{ type: 'google.rpc.ErrorInfo', value: value.toString('base64') }]
  const callee = await calleeOf(t, (response) =>
    response.writeHead(429).end(JSON.stringify({ code: 'resource_exhausted', message: 'wait', details })),
  )
  const seen: AshlarError[] = []
  await assert.rejects(clientOf(t, callee, { policy: retrying(seen) }).echo({}), {
    code: 'SHOP_LIMITED',
    retryable: true,
    procedure: 'ashlar.rpctest.v1.EchoService/Echo',
  })
  assert.deepEqual(seen.map(factsOf), [{ code: 'SHOP_LIMITED', retryable: false, retryAfterMs: undefined }])
})

test('an answer that cannot be read speaks against the callee, and is not asked for again', async (t) => {
  const callee = await calleeOf(t, (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'))
  const seen: AshlarError[] = []
  await assert.rejects(clientOf(t, callee, { policy: retrying(seen) }).echo({}), { code: 'ASHLAR_RPC_PROTOCOL' })
  assert.deepEqual(seen.map(factsOf), [{ code: 'ASHLAR_RPC_PROTOCOL', retryable: true, retryAfterMs: -1 }])
})

test('a message that cannot be encoded never comes before the policy', async (t) => {
  let runs = 0
  const policy: Policy = (work) => (runs++, work({ signal: never, attempt: 1 }))
  const client = clientOf(t, { baseUrl: 'http://127.0.0.1:1' }, { policy })
  await assert.rejects(client.echo({ text: 7 as unknown as string }))
  assert.equal(runs, 0)
})

test('a refusal of the policy reaches the caller, and nothing is sent', async (t) => {
  class RefusedError extends AshlarError {
    readonly code = 'TEST_REFUSED' as const
    readonly retryable = true
  }
  const callee = await calleeOf(t, ok)
  const client = clientOf(t, callee, { policy: () => Promise.reject(new RefusedError('open')) })
  await assert.rejects(client.echo({}), { code: 'TEST_REFUSED' })
  assert.equal(callee.asked.length, 0)
})

test('an attempt ends when its signal aborts, connection and all; the call goes on with the next', async (t) => {
  const left = Promise.withResolvers<void>()
  const entered = Promise.withResolvers<void>()
  const callee = await calleeOf(
    t,
    (response) => {
      response.on('close', left.resolve)
      entered.resolve()
    },
    ok,
  )
  const policy: Policy = async (work) => {
    const attempt = new AbortController()
    const first = work({ signal: attempt.signal, attempt: 1 })
    await entered.promise
    attempt.abort(new Error('this attempt took too long'))
    await assert.rejects(first, /took too long/)
    return work({ signal: never, attempt: 2 })
  }
  await clientOf(t, callee, { policy }).echo({})
  await left.promise
})

test('the call’s own deadline bounds everything that the policy does', async (t) => {
  const clock = new VirtualClock()
  const callee = await calleeOf(t, fails('unavailable'))
  const entered = Promise.withResolvers<void>()
  const waiting: Policy = async (work) => {
    await work({ signal: never, attempt: 1 }).catch(() => {})
    entered.resolve()
    return new Promise(() => {})
  }
  const client = clientOf(t, callee, { policy: waiting, clock, timeoutMs: 300 })
  const rejected = assert.rejects(client.echo({}), { code: 'ASHLAR_DEADLINE_EXCEEDED' })
  await entered.promise
  await clock.advance(300)
  await rejected
})

test('where somebody further out repeats the call, the callee hears of that attempt', async (t) => {
  const callee = await calleeOf(t, ok)
  const plain: Policy = (work) => work({ signal: never, attempt: 1 })
  await runCall({ attempt: 2 }, () => clientOf(t, callee, { policy: plain }).echo({}))
  assert.equal(callee.asked[0]?.headers['ashlar-attempt'], '2')
})

test('an error that is none of ours passes as it is', async (t) => {
  const odd: Policy = () => Promise.reject(new RangeError('odd'))
  const error = await clientOf(t, { baseUrl: 'http://127.0.0.1:1' }, { policy: odd })
    .echo({})
    .catch((thrown: unknown) => thrown)
  assert.ok(error instanceof RangeError && codeOf(error) === undefined)
})

/** A length-delimited field of a protobuf message. */
function field(number: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes])
}
