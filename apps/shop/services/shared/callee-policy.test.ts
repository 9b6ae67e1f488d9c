import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { hasCode, runCall, toEdgeError, type AshlarError } from '@ashlar/kernel'
import { seededRandom, VirtualClock } from '@ashlar/kernel/testing'
import { listen } from '@ashlar/http'
import { AttemptTimeoutError, type BreakerOpenError, type ResiliencePolicy } from '@ashlar/resilience'
import { createClient, implement, rpcHandler, RpcOverloadedError, type Client, type Implementation } from '@ashlar/rpc'
import { UnavailableError } from '@ashlar/sql'
import { UserService } from '../../contracts/gen/shop/user/v1/user_pb.ts'
import { calleeHealth, calleePolicy, longestOpenMs } from './callee-policy.ts'
import { shopEdge } from './edge.ts'
import { refusal } from './shop-errors.ts'

interface Callee {
  readonly clock: VirtualClock
  readonly policy: ResiliencePolicy
  readonly client: Client<typeof UserService>
  /** How the callee answers from now on, whatever it is asked. */
  answer(how: () => Promise<object>): void
  /** Calls that have reached it. */
  asked(): number
  away(): Promise<void>
}

async function open(t: TestContext, attemptTimeoutMs = 1_000): Promise<Callee> {
  const clock = new VirtualClock()
  let asked = 0
  let how = async (): Promise<object> => ({})
  const run = (): Promise<object> => (asked++, how())
  const methods = Object.fromEntries(UserService.methods.map(({ localName }) => [localName, run]))
  const service = implement(UserService, methods as unknown as Implementation<typeof UserService>)
  const server = await listen(rpcHandler([service], { edge: shopEdge }), { port: 0, edge: shopEdge })
  const sources = { clock, random: seededRandom(1) }
  const policy = calleePolicy('user', { health: calleeHealth('user', sources), attemptTimeoutMs, ...sources })
  const client = createClient(UserService, { name: 'user', baseUrl: server.url, policy: policy.run, clock })
  t.after(async () => {
    await client[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })
  const away = async (): Promise<void> => server[Symbol.asyncDispose]()
  return { clock, policy, client, answer: (next) => void (how = next), asked: () => asked, away }
}

/** Lets calls travel, and repeats fall due, until the promise settles; never as long as an attempt may take. */
async function settled<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  const state = { isOver: false }
  const over = promise.finally(() => (state.isOver = true))
  over.catch(() => {})
  for (let turns = 0; !state.isOver; turns++) {
    if (turns === 100_000) throw new Error('it never settled')
    await clock.advance(turns % 100 === 99 ? 10 : 0)
  }
  return over
}

const kindOf = ({ policy }: Callee): string | undefined => policy.breaker?.state.kind
const codes = async (callee: Callee, count: number, call: () => Promise<unknown>): Promise<string[]> => {
  const seen: string[] = []
  for (let asked = 0; asked < count; asked++) {
    await settled(callee.clock, call()).catch((error: AshlarError) => void seen.push(error.code))
  }
  return seen
}

const answers: Readonly<Record<string, () => Promise<object>>> = {
  'not found': () => Promise.reject(refusal('SHOP_USER_NOT_FOUND', 'there is no such customer')),
  'too many attempts': () => Promise.reject(refusal('SHOP_TOO_MANY_ATTEMPTS', 'wait', { retryAfterMs: 30_000 })),
  busy: () => Promise.reject(refusal('SHOP_BUSY', 'too many at once', { retryAfterMs: 1_000 })),
  'that the bank behind it is away': () =>
    Promise.reject(refusal('SHOP_BANK_UNAVAILABLE', 'no', { retryAfterMs: 1_000 })),
}

for (const [what, answer] of Object.entries(answers)) {
  test(`a callee that answers ${what} a hundred times is well: asked each time, and once`, async (t) => {
    const callee = await open(t)
    callee.answer(answer)
    assert.equal((await codes(callee, 50, () => callee.client.login({}))).length, 50)
    assert.equal((await codes(callee, 50, () => callee.client.getProfile({}))).length, 50)
    assert.deepEqual([kindOf(callee), callee.asked()], ['closed', 100])
  })
}

test('a callee that is away opens the circuit, whether its calls may be repeated or not', async (t) => {
  for (const method of ['getProfile', 'login'] as const) {
    const callee = await open(t)
    await callee.away()
    const seen = await codes(callee, 12, () => callee.client[method]({}))
    assert.ok(seen.includes('ASHLAR_RPC_UNREACHABLE') && seen.at(-1) === 'ASHLAR_BREAKER_OPEN', seen.join())
  }
})

test('a bug in the callee counts against it, and is not asked for again', async (t) => {
  const callee = await open(t)
  callee.answer(() => Promise.reject(new Error('a bug')))
  const seen = await codes(callee, 11, () => callee.client.getProfile({}))
  assert.deepEqual(seen, [...Array.from({ length: 10 }, () => 'ASHLAR_INTERNAL'), 'ASHLAR_BREAKER_OPEN'])
  assert.equal(callee.asked(), 10)
})

test('customers are told that a part is away and when to come back, and nothing of how it is built', async (t) => {
  const callee = await open(t)
  await callee.away()
  await codes(callee, 12, () => callee.client.getProfile({}))
  const error = await callee.client.getProfile({}).catch((thrown: unknown) => thrown as BreakerOpenError)
  const edge = toEdgeError(error, shopEdge)
  assert.deepEqual([edge.http, edge.code, edge.retryable], [503, 'ASHLAR_BREAKER_OPEN', true])
  assert.ok((edge.retryAfterMs ?? 0) > 0 && (edge.retryAfterMs ?? 0) <= longestOpenMs)
  assert.doesNotMatch(edge.detail, /circuit|user/)
})

test('a service that reports that what it needs is away is not taken for away itself', async (t) => {
  const behind = await open(t)
  behind.policy.breaker?.isolate('by hand')
  const callee = await open(t)
  callee.answer(() => behind.client.getProfile({}))
  const seen = await codes(callee, 30, () => callee.client.getProfile({}))
  assert.deepEqual(new Set(seen), new Set(['ASHLAR_BREAKER_OPEN']))
  assert.deepEqual([kindOf(callee), callee.asked()], ['closed', 30])
})

test('nobody waits longer than an answer may take: what hangs is not asked for again, read or not', async (t) => {
  const callee = await open(t)
  callee.answer(() => new Promise(() => {}))
  for (const method of ['getProfile', 'login'] as const) {
    const before = callee.asked()
    const call = assert.rejects(callee.client[method]({}), (error) => hasCode(error, 'ASHLAR_ATTEMPT_TIMEOUT'))
    while (callee.asked() === before) await callee.clock.advance(0)
    await callee.clock.advance(1_100)
    await settled(callee.clock, call)
    assert.equal(callee.asked() - before, 1, method)
  }
})

test('a deadline that was short does not speak against the callee, nor what it waited for in vain itself', async (t) => {
  const callee = await open(t)
  callee.answer(() => new Promise(() => {}))
  for (let call = 0; call < 15; call++) {
    const asked = callee.asked()
    const short = assert.rejects(callee.client.getProfile({}, { timeoutMs: 50 }), { code: 'ASHLAR_DEADLINE_EXCEEDED' })
    while (callee.asked() === asked) await callee.clock.advance(0)
    await callee.clock.advance(60)
    await short
  }
  callee.answer(() => Promise.reject(new AttemptTimeoutError({ policy: 'product', timeoutMs: 1 })))
  const seen = await codes(callee, 15, () => callee.client.getProfile({}))
  assert.deepEqual(new Set(seen), new Set(['ASHLAR_ATTEMPT_TIMEOUT']))
  assert.deepEqual([kindOf(callee), callee.asked()], ['closed', 30])
})

test('policies of one callee share its circuit, and not their slots', async () => {
  const clock = new VirtualClock()
  const sources = { clock, random: seededRandom(1) }
  const both = { health: calleeHealth('order', sources), attemptTimeoutMs: 1_000, maxConcurrent: 1, ...sources }
  const [order, checkout] = [calleePolicy('order', both), calleePolicy('checkout', both)]
  for (let slow = 0; slow < 2; slow++) checkout.run(() => new Promise(() => {})).catch(() => {})
  assert.equal(await order.run(async () => 'a cart'), 'a cart')
  checkout.breaker?.isolate('by hand')
  await assert.rejects(
    order.run(async () => 'a cart'),
    { code: 'ASHLAR_BREAKER_OPEN' },
  )
})

test('what was not served for a moment is asked for again, as long as the contract says that it may be', async (t) => {
  const callee = await open(t)
  const gone = (): Promise<never> => Promise.reject(new UnavailableError('127.0.0.1:5432', 'the database is away'))
  let failures = 0
  callee.answer(() => (failures++ < 2 ? gone() : Promise.resolve({})))
  assert.deepEqual(await codes(callee, 1, () => callee.client.getProfile({})), [])
  failures = 0
  assert.deepEqual(await codes(callee, 1, () => callee.client.login({})), ['ASHLAR_SQL_UNAVAILABLE'])
  assert.equal(callee.asked(), 4)
})

test('what our own client refuses to send says nothing about the callee', async () => {
  const clock = new VirtualClock()
  const sources = { clock, random: seededRandom(1) }
  const policy = calleePolicy('user', { health: calleeHealth('user', sources), attemptTimeoutMs: 1_000, ...sources })
  const refused = (): Promise<never> => Promise.reject(new RpcOverloadedError({ service: 'user', limit: 1 }))
  for (let call = 0; call < 30; call++)
    await settled(
      clock,
      policy.run(refused).catch(() => {}),
    )
  assert.equal(policy.breaker?.snapshot().window.calls, 0)
})

test('a callee that is back is asked for three probes, and serves as before', async (t) => {
  const callee = await open(t)
  callee.answer(() => Promise.reject(new Error('a bug')))
  await codes(callee, 10, () => callee.client.getProfile({}))
  assert.equal(kindOf(callee), 'open')
  callee.answer(async () => ({}))
  await callee.clock.advance(1_200)
  const answered = await settled(callee.clock, Promise.all([1, 2, 3].map(() => callee.client.getProfile({}))))
  assert.equal(answered.length, 3)
  assert.equal(kindOf(callee), 'closed')
})

test('a callee that still hangs is not taken for well because those who probe it have little time', async () => {
  const clock = new VirtualClock()
  const sources = { clock, random: seededRandom(1) }
  const policy = calleePolicy('user', { health: calleeHealth('user', sources), attemptTimeoutMs: 1_000, ...sources })
  const kind = (): string | undefined => policy.breaker?.state.kind
  const ask = async (timeoutMs: number): Promise<void> => {
    const hang = (): Promise<never> => new Promise(() => {})
    const asked = assert.rejects(runCall({ timeoutMs, clock }, () => policy.run(hang)))
    await clock.advance(1_100)
    await asked
  }
  for (let call = 0; call < 10; call++) await ask(5_000)
  assert.equal(kind(), 'open')
  await clock.advance(1_200)
  for (let probe = 0; probe < 5; probe++) await ask(50)
  assert.equal(kind(), 'half-open')
  await policy.run(async () => 'an answer')
  await ask(5_000)
  assert.equal(kind(), 'open')
})
