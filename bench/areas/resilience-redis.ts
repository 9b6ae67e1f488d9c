import { openRedis } from '@ashlar/redis'
import { startRedisServer } from '@ashlar/redis/testing'
import { SharedRateLimiter } from '@ashlar/resilience/rate-limit'
import type { Figure } from '../figure.ts'
import { paired, ratios, type Loop } from '../paired.ts'

interface Client {
  connect(): Promise<unknown>
  info(section: string): Promise<string>
  destroy(): void
}

interface Consumes {
  consume(key: string): Promise<unknown>
}

const inFlight = 64
const keys = Array.from({ length: 100 }, (_, nth) => `customer-${nth * 7_919}`)
// Nobody is refused: that would cost less.
const limit = 1_000_000_000
// A lease costs so little that the clock would have little to measure.
const leasedTimes = 10

/**
 * A limit that processes share, on a Redis of our own: a round trip a call, and with leases.
 * @throws {TypeError} where no Redis is installed.
 */
export async function redisLimiter(load: (name: string) => unknown, quick: boolean): Promise<Figure[]> {
  await using server = await startRedisServer()
  await using redis = await openRedis({ url: server.url })
  const { createClient } = load('redis') as { readonly createClient: (options: object) => Client }
  const client = createClient({ url: server.url })
  await client.connect()
  const flexible = load('rate-limiter-flexible') as { RateLimiterRedis: new (options: object) => Consumes }
  const peer = new flexible.RateLimiterRedis({
    storeClient: client,
    useRedisPackage: true,
    points: limit,
    duration: 60,
  })
  // Long enough that no pause of a shared machine is taken for a store that is away.
  const settings = { scripts: redis, limit, perMs: 60_000, onStoreError: 'closed', storeTimeoutMs: 10_000 } as const
  const plain = new SharedRateLimiter({ name: 'plain', ...settings })
  const leased = new SharedRateLimiter({ name: 'leased', ...settings, lease: { tokens: 50 } })
  const cpu = { plain: new Meter(client), leased: new Meter(client), peer: new Meter(client) }
  const ns = await paired(
    {
      plain: cpu.plain.over((key) => takeOf(plain, key)),
      leased: cpu.leased.over((key) => takeOf(leased, key), leasedTimes),
      peer: cpu.peer.over((key) => peer.consume(key)),
    },
    // Many short ones: two programs that talk to each other feel what else the machine does more than one does.
    { times: 4_000, rounds: quick ? 11 : 41 },
  )
  client.destroy()
  const leasedNs = ns.leased.map((value) => value / leasedTimes)
  return [
    ...ratioFigures(ns.peer, ns.plain, leasedNs),
    rateFigure('redis-limiter-calls', ns.plain, 'a round trip a call'),
    rateFigure('redis-limiter-leased-calls', leasedNs, 'leases of 50 calls'),
    rateFigure('redis-limiter-peer-calls', ns.peer, 'rate-limiter-flexible'),
    ...cpu.plain.figures('redis-limiter', 'a round trip a call'),
    ...cpu.leased.figures('redis-limiter-leased', 'leases of 50 calls'),
    ...cpu.peer.figures('redis-limiter-peer', 'rate-limiter-flexible'),
  ]
}

async function takeOf(limiter: SharedRateLimiter, key: string): Promise<void> {
  const { source, allowed } = await limiter.take(key)
  // What is said for want of the store is quick, and is not what is measured.
  if (!allowed || (source !== 'store' && source !== 'lease')) throw new Error(`the limiter answered from ${source}`)
}

/** What a call costs of the processors, in microseconds: in this process, and in Redis. */
class Meter {
  readonly #client: Client
  readonly #own: number[] = []
  readonly #server: number[] = []

  constructor(client: Client) {
    this.#client = client
  }

  /** Keeps as many calls in flight. */
  over(take: (key: string) => Promise<unknown>, factor = 1): Loop {
    return async (times) => {
      let left = times * factor
      const worker = async (): Promise<void> => {
        while (left > 0) await take(keys[left-- % keys.length] as string)
      }
      const [server, own] = [await this.#serverUs(), ownUs()]
      await Promise.all(Array.from({ length: inFlight }, worker))
      this.#own.push((ownUs() - own) / (times * factor))
      this.#server.push(((await this.#serverUs()) - server) / (times * factor))
    }
  }

  figures(name: string, how: string): Figure[] {
    const figure = (what: string, where: string, rounds: readonly number[]): Figure => ({
      name: `${name}-${what}`,
      unit: 'us/call',
      // The first two rounds of all do not count.
      rounds: rounds.slice(2),
      how: `processor time ${where}: ${how}`,
    })
    return [figure('cpu', 'of this process', this.#own), figure('server-cpu', 'of Redis', this.#server)]
  }

  async #serverUs(): Promise<number> {
    const seconds = (await this.#client.info('cpu')).matchAll(/^used_cpu_(?:sys|user):([\d.]+)/gm)
    return [...seconds].reduce((sum, [, value]) => sum + Number(value) * 1e6, 0)
  }
}

function ownUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

function ratioFigures(peer: readonly number[], plain: readonly number[], leased: readonly number[]): Figure[] {
  return [
    {
      name: 'redis-limiter',
      unit: 'x faster',
      rounds: ratios(peer, plain),
      limit: { atLeast: 1 },
      how: 'rate-limiter-flexible 11, RateLimiterRedis on redis 6; 64 in flight over 100 keys, a round trip a call',
    },
    {
      name: 'redis-limiter-leased',
      unit: 'x faster',
      rounds: ratios(peer, leased),
      limit: { atLeast: 10 },
      how: 'the same, with leases of 50 calls',
    },
  ]
}

function rateFigure(name: string, ns: readonly number[], how: string): Figure {
  return { name, unit: 'calls/s', rounds: ns.map((value) => 1e9 / value), how }
}
