import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { wasRetried, type AshlarError } from '@ashlar/kernel'
import { seededRandom, VirtualClock } from '@ashlar/kernel/testing'
import { listen } from '@ashlar/http'
import type { ResiliencePolicy } from '@ashlar/resilience'
import { retryGivenUp } from '@ashlar/resilience/retry'
import { createClient, implement, rpcHandler, type Client, type Implementation } from '@ashlar/rpc'
import { UnavailableError } from '@ashlar/sql'
import { UserService } from '../../contracts/gen/shop/user/v1/user_pb.ts'
import { calleeHealth, calleePolicy } from './callee-policy.ts'
import { shopEdge } from './edge.ts'

interface Callee {
  readonly policy: ResiliencePolicy
  readonly client: Client<typeof UserService>
  /** Calls that have reached it. */
  asked(): number
}

/** A service on a port of its own, and how the one before it calls it: up to three attempts. */
async function callee(t: TestContext, name: string, clock: VirtualClock, run: () => Promise<object>): Promise<Callee> {
  let asked = 0
  const runCounted = (): Promise<object> => (asked++, run())
  const methods = Object.fromEntries(UserService.methods.map(({ localName }) => [localName, runCounted]))
  const service = implement(UserService, methods as unknown as Implementation<typeof UserService>)
  const server = await listen(rpcHandler([service], { edge: shopEdge }), { port: 0, edge: shopEdge })
  const sources = { clock, random: seededRandom(1) }
  const policy = calleePolicy(name, { health: calleeHealth(name, sources), attemptTimeoutMs: 60_000, ...sources })
  const options = { name, baseUrl: server.url, policy: policy.run, timeoutMs: 120_000, clock }
  const client = createClient(UserService, options)
  t.after(async () => {
    await client[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })
  return { policy, client, asked: () => asked }
}

/** Three services, each of which asks the next; the last does not serve. The outermost is the first. */
async function chain(t: TestContext, clock: VirtualClock): Promise<readonly [Callee, Callee, Callee]> {
  const away = (): Promise<never> => Promise.reject(new UnavailableError('127.0.0.1:5432', 'the database is away'))
  const last = await callee(t, 'last', clock, away)
  const middle = await callee(t, 'middle', clock, () => last.client.getProfile({}))
  const first = await callee(t, 'first', clock, () => middle.client.getProfile({}))
  return [first, middle, last]
}

/** Lets calls travel, and repeats fall due, until the call has failed. */
async function failureOf(clock: VirtualClock, call: Promise<unknown>): Promise<AshlarError> {
  let error: AshlarError | undefined
  call.catch((thrown: AshlarError) => (error = thrown))
  for (let turns = 0; turns < 100_000; turns++) {
    if (error !== undefined) return error
    await clock.advance(turns % 100 === 99 ? 10 : 0)
  }
  return assert.fail('it never failed')
}

test('three services in a chain, of which each tries three times, ask the innermost three times and not seven', async (t) => {
  const clock = new VirtualClock()
  const reasons: string[] = []
  using _ = retryGivenUp.subscribe(({ policy, why }) => void reasons.push(`${policy}: ${why}`))
  const [first, middle, last] = await chain(t, clock)
  const error = await failureOf(clock, first.client.getProfile({}))
  assert.equal(error.code, 'ASHLAR_SQL_UNAVAILABLE')
  assert.deepEqual([first.asked(), middle.asked(), last.asked()], [1, 1, 3])
  assert.deepEqual(reasons, ['last: attempts', 'middle: already-retried', 'first: already-retried'])
})

test('what a service refuses to ask for at all was not repeated, and its caller may come again', async (t) => {
  const clock = new VirtualClock()
  const [first, middle, last] = await chain(t, clock)
  last.policy.breaker?.isolate('by hand')
  const error = await failureOf(clock, first.client.getProfile({}))
  assert.deepEqual([error.code, wasRetried(error), last.asked()], ['ASHLAR_BREAKER_OPEN', false, 0])
  assert.equal(middle.asked(), 1)
})
