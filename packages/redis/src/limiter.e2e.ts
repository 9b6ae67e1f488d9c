// The shared rate limiter on a real Redis: its contract, several processes at once, and a Redis that goes away.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { suite, test } from 'node:test'
import { promisify } from 'node:util'
import { SharedRateLimiter, type SharedRateLimiterOptions } from '@ashlar/resilience/rate-limit'
import { luaHarness, sharedRateContract } from '@ashlar/resilience/rate-limit/contract'
import { answers, noRedis, opened, stranger, until } from './on-redis.test.support.ts'

/** What a process of many that take as fast as they can was let through, and by whom. */
interface Told {
  readonly allowed: number
  readonly refused: number
  readonly sources: readonly string[]
  /** By the clock of Redis. */
  readonly fromMs: number
  readonly toMs: number
}

type Limits = Omit<SharedRateLimiterOptions, 'scripts' | 'onStoreError'>

// Begins when all have come as far. Whole modules are named by their addresses: text has none of its own to look from.
const program = (url: string, limits: Limits, processes: number, forMs: number): string => `
  import { sleep, systemClock } from ${JSON.stringify(import.meta.resolve('@ashlar/kernel'))}
  import { SharedRateLimiter } from ${JSON.stringify(import.meta.resolve('@ashlar/resilience/rate-limit'))}
  import { openRedis } from ${JSON.stringify(import.meta.resolve('./index.ts'))}
  await using redis = await openRedis({ url: ${JSON.stringify(url)} })
  const serverMs = async () => {
    const lua = "local t = redis.call('TIME') return { tonumber(t[1]), tonumber(t[2]) }"
    const [seconds, micros] = await redis.run({ name: 'time', lua }, [], [])
    return seconds * 1_000 + micros / 1_000
  }
  const arrive = { name: 'arrive', lua: "return { redis.call('INCRBY', KEYS[1], ARGV[1]) }" }
  await redis.run(arrive, ['arrived'], [1])
  while ((await redis.run(arrive, ['arrived'], [0]))[0] < ${processes}) await sleep(systemClock, 1)
  const limits = ${JSON.stringify(limits)}
  const limiter = new SharedRateLimiter({ ...limits, scripts: redis, onStoreError: 'closed', storeTimeoutMs: 10_000 })
  const told = { allowed: 0, refused: 0, fromMs: await serverMs() }
  const sources = new Set()
  const untilMs = systemClock.now() + ${forMs}
  await Promise.all(Array.from({ length: 8 }, async () => {
    while (systemClock.now() < untilMs) {
      const { allowed, source } = await limiter.take('ann')
      told[allowed ? 'allowed' : 'refused']++
      sources.add(source)
      if (!allowed) await sleep(systemClock, 1)
    }
  }))
  console.log(JSON.stringify({ ...told, sources: [...sources], toMs: await serverMs() }))`

async function inProcesses(url: string, limits: Limits, processes: number, forMs: number): Promise<readonly Told[]> {
  const text = program(url, limits, processes, forMs)
  const args = ['--conditions=ashlar:source', '--input-type=module', '--eval', text]
  const run = promisify(execFile)
  const runs = Array.from({ length: processes }, () => run(process.execPath, args))
  return (await Promise.all(runs)).map(({ stdout }) => JSON.parse(stdout) as Told)
}

await suite('the shared rate limiter on a real Redis', { skip: noRedis(process.env) }, () => {
  sharedRateContract('redis', async (t) => luaHarness((await opened(t)).redis))

  for (const lease of [undefined, { tokens: 10, ttlMs: 200 }]) {
    const how = lease === undefined ? '' : ', with leases'
    test(`two processes together are let through as often as one may be, and no more${how}`, async (t) => {
      const { server } = await opened(t)
      const limits = { name: 'login', limit: 300, perMs: 1_000, burst: 40, ...(lease === undefined ? {} : { lease }) }
      const told = await inProcesses(server.url, limits, 2, 1_000)
      const tookMs = Math.max(...told.map(({ toMs }) => toMs)) - Math.min(...told.map(({ fromMs }) => fromMs))
      const allowed = told.reduce((sum, one) => sum + one.allowed, 0)
      const most = 40 + ((tookMs + (lease?.ttlMs ?? 0)) / 1_000) * 300
      t.diagnostic(`${told.map((one) => one.allowed).join(' + ')} of at most ${Math.floor(most)}`)
      assert.ok(allowed <= most, `${allowed} of at most ${most}`)
      assert.ok(allowed >= most / 2, `${allowed} of ${most} that there were`)
      for (const { refused, sources } of told) {
        assert.ok(refused > 0)
        assert.deepEqual(
          sources.filter((source) => source !== 'store' && source !== 'lease'),
          [],
        )
      }
    })
  }

  test('a Redis that forgets its scripts in the middle refuses and lets through nobody for that', async (t) => {
    const { server, redis } = await opened(t)
    const limiter = new SharedRateLimiter({
      name: 'login',
      scripts: redis,
      limit: 100,
      perMs: 3_600_000,
      onStoreError: 'closed',
      storeTimeoutMs: 10_000,
    })
    const client = await stranger(t, server)
    let allowed = 0
    for (let round = 0; round < 30; round++) {
      const decisions = Promise.all(Array.from({ length: 5 }, () => limiter.take('ann')))
      await client.scriptFlush()
      for (const decision of await decisions) {
        assert.equal(decision.source, 'store')
        if (decision.allowed) allowed++
      }
    }
    assert.equal(allowed, 100)
  })

  test('while Redis is away each process has its share, and the common limit again when it is back', async (t) => {
    const { server, redis } = await opened(t)
    const limiter = new SharedRateLimiter({
      name: 'login',
      scripts: redis,
      limit: 100,
      perMs: 3_600_000,
      onStoreError: 'local',
      instances: 10,
      storeTimeoutMs: 1_000,
    })
    assert.equal((await limiter.take('ann')).source, 'store')
    await server.kill()
    await until('the loss is noticed', () => !redis.connected)
    const decisions = await Promise.all(Array.from({ length: 50 }, () => limiter.take('ann')))
    assert.equal(decisions.filter(({ allowed }) => allowed).length, 10)
    assert.ok(decisions.every(({ source }) => source === 'local'))
    await server.start()
    await until('Redis answers', () => answers(redis))
    await until('it is asked again', async () => (await limiter.take('bob', 0.01)).source === 'store')
  })
})
