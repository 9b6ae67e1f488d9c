import { join } from 'node:path'
import { CircuitBreaker } from '@ashlar/resilience/circuit-breaker'
import { Bulkhead } from '@ashlar/resilience/bulkhead'
import { policy } from '@ashlar/resilience/policy'
import { RateLimiter } from '@ashlar/resilience/rate-limit'
import { run } from '../../tools/run.ts'
import type { Area, Figure } from '../figure.ts'
import { paired, ratios, type Loop, type PairedOptions } from '../paired.ts'
import { loadPeers } from '../peers.ts'
import { idleTelemetry } from './idle-telemetry.ts'
import { peersOf, type Peers } from './resilience-peers.ts'
import { redisLimiter } from './resilience-redis.ts'

const work = async (): Promise<number> => 1

/** What the policies add to a call that costs nothing by itself, beside the peers'. */
export const resilienceArea: Area = {
  name: 'resilience',
  async measure({ quick, report }) {
    const load = await loadPeers(report)
    const peers = peersOf(load)
    const options = { times: quick ? 100_000 : 400_000, rounds: quick ? 5 : 9 }
    report('success paths')
    const calls = successFigures(await paired(successLoops(peers), options), peers)
    report('failure path')
    const failures = await failurePath({ ...options, times: options.times / 10 })
    report('idle telemetry')
    const telemetry = await idleTelemetry(options)
    report('limiter')
    const limits = [...(await limiter(peers, options)), await limiterMemory()]
    report('limiter on Redis')
    return [...calls, ...failures, ...telemetry, ...limits, ...(await redisLimiter(load, quick))]
  },
}

type Success = 'bare' | 'breaker' | 'cockatiel' | 'opossum' | 'full' | 'cockatielFull'

function successLoops(peers: Peers): Record<Success, Loop> {
  const breaker = new CircuitBreaker({ name: 'bench' })
  const full = policy('bench', {
    bulkhead: new Bulkhead({ name: 'bench', maxConcurrent: 100 }),
    retry: { idempotent: true },
    breaker: {},
    attemptTimeoutMs: 1_000,
  })
  const { cockatielBreaker, opossumBreaker, cockatielStack } = peers
  return {
    async bare(times) {
      for (let i = 0; i < times; i++) await work()
    },
    async breaker(times) {
      for (let i = 0; i < times; i++) await breaker.run(work)
    },
    async cockatiel(times) {
      for (let i = 0; i < times; i++) await cockatielBreaker.execute(work)
    },
    async opossum(times) {
      for (let i = 0; i < times; i++) await opossumBreaker.fire()
    },
    async full(times) {
      for (let i = 0; i < times; i++) await full.run(work)
    },
    async cockatielFull(times) {
      // Two orders of magnitude dearer: a tenth is enough, and is scaled below.
      for (let i = 0; i < times / 10; i++) await cockatielStack.execute(work)
    },
  }
}

function successFigures(ns: Readonly<Record<Success, number[]>>, { versions }: Peers): Figure[] {
  const cockatielFull = ns.cockatielFull.map((value) => value * 10)
  return [
    { name: 'bare', unit: 'ns', rounds: ns.bare, how: 'await of an async function that returns at once' },
    {
      name: 'breaker',
      unit: 'x bare',
      rounds: ratios(ns.breaker, ns.bare),
      limit: { atMost: 2 },
      how: 'the same through a breaker with a time window',
    },
    {
      name: 'breaker-cockatiel',
      unit: 'x faster',
      rounds: ratios(ns.cockatiel, ns.breaker),
      limit: { atLeast: 2.5 },
      how: `cockatiel ${versions.cockatiel}, SamplingBreaker`,
    },
    {
      name: 'breaker-opossum',
      unit: 'x faster',
      rounds: ratios(ns.opossum, ns.breaker),
      limit: { atLeast: 5 },
      how: `opossum ${versions.opossum}, timeout off`,
    },
    {
      name: 'full',
      unit: 'x bare',
      rounds: ratios(ns.full, ns.bare),
      limit: { atMost: 3.5 },
      how: 'bulkhead, retry with budget, breaker, attempt timeout',
    },
    {
      name: 'full-cockatiel',
      unit: 'x faster',
      rounds: ratios(cockatielFull, ns.full),
      limit: { atLeast: 40 },
      how: `cockatiel ${versions.cockatiel}, wrap(bulkhead, retry, breaker, timeout)`,
    },
  ]
}

async function failurePath(options: PairedOptions): Promise<Figure[]> {
  const failure = new Error('ill')
  const fail = (): Promise<never> => Promise.reject(failure)
  const breaker = new CircuitBreaker({ name: 'bench', minCalls: 1_000_000 })
  const few = new CircuitBreaker({ name: 'bench', window: { kind: 'count', calls: 100 }, failureRate: 1 })
  const many = new CircuitBreaker({ name: 'bench', window: { kind: 'count', calls: 10_000 }, failureRate: 1 })
  const open = new CircuitBreaker({ name: 'bench' })
  open.isolate('benchmark')
  const ns = await paired(
    {
      async failing(times) {
        for (let i = 0; i < times; i++) await breaker.run(fail).catch(() => {})
      },
      // One of 64 succeeds: they are to stay closed.
      async fewKept(times) {
        for (let i = 0; i < times; i++) await few.run(i % 64 === 0 ? work : fail).catch(() => {})
      },
      async manyKept(times) {
        for (let i = 0; i < times; i++) await many.run(i % 64 === 0 ? work : fail).catch(() => {})
      },
      async refused(times) {
        for (let i = 0; i < times; i++) await open.run(work).catch(() => {})
      },
      refusedEnter(times) {
        for (let i = 0; i < times; i++) open.tryEnter()
      },
    },
    options,
  )
  return [
    {
      name: 'failing',
      unit: 'ns',
      rounds: ns.failing,
      limit: { atMost: 3_000 },
      how: 'a failing call through a closed breaker with a full window',
    },
    {
      name: 'failing-window',
      unit: 'x of 100',
      rounds: ratios(ns.manyKept, ns.fewKept),
      limit: { atMost: 1.2 },
      how: 'failing calls counted over a window of 10,000 calls, against one of 100: no dearer',
    },
    {
      name: 'refused',
      unit: 'ns',
      rounds: ns.refused,
      limit: { atMost: 3_000 },
      how: 'a call refused by an open breaker, error included',
    },
    { name: 'refused-enter', unit: 'ns', rounds: ns.refusedEnter, limit: { atMost: 60 }, how: 'the same by tryEnter' },
  ]
}

async function limiter(peers: Peers, options: PairedOptions): Promise<Figure[]> {
  const made = Array.from({ length: 100_000 }, (_, nth) => `customer-${nth * 7_919}`)
  // Each once, in an order that is as good as random and costs nothing to follow: it would be counted as the limiters'.
  const keys = made.map((_, nth) => made[(nth * 61_813) % 100_000] as string)
  // So high that nobody is refused, not even the one key.
  const settings = { name: 'bench', limit: 1_000_000_000, perMs: 60_000, maxKeys: 100_000 }
  const hot = new RateLimiter(settings)
  const many = new RateLimiter(settings)
  const { rateLimiterMemory } = peers
  const ns = await paired(
    {
      hot(times) {
        for (let i = 0; i < times; i++) hot.take('customer')
      },
      many(times) {
        for (let i = 0; i < times; i++) many.take(keys[i % 100_000] as string)
      },
      async peer(times) {
        for (let i = 0; i < times; i++) await rateLimiterMemory.consume(keys[i % 100_000] as string)
      },
    },
    // Each key four times a turn: the caches are as whoever had the turn before has left them.
    { ...options, times: Math.max(options.times, 4 * keys.length) },
  )
  return [
    { name: 'limiter-hot', unit: 'ns', rounds: ns.hot, how: 'take of one key' },
    { name: 'limiter-100k', unit: 'ns', rounds: ns.many, how: 'take over 100,000 keys in pseudo-random order' },
    {
      name: 'limiter-peer',
      unit: 'x faster',
      rounds: ratios(ns.peer, ns.many),
      limit: { atLeast: 8 },
      how: `rate-limiter-flexible ${peers.versions['rate-limiter-flexible']}, RateLimiterMemory, same keys in the same order`,
    },
  ]
}

async function limiterMemory(): Promise<Figure> {
  const program = join(import.meta.dirname, 'limiter-memory.ts')
  const { code, output } = await run(process.execPath, ['--conditions=ashlar:source', '--expose-gc', program])
  if (code !== 0) throw new Error(`limiter-memory: ${output}`)
  return {
    name: 'limiter-bytes',
    unit: 'B/key',
    rounds: [Number(output)],
    limit: { atMost: 64 },
    how: 'heap and array buffers of 100,000 keys, the key strings themselves excluded',
  }
}
