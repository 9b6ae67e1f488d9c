import type { TestContext } from 'node:test'
import { sleep, systemClock } from '@ashlar/kernel'
import { createClient, type RedisClientType } from 'redis'
import { openRedis, type Redis, type RedisOptions } from './index.ts'
import { redisServerProgram, startRedisServer, type RedisServer } from './testing/index.ts'

/** Why tests that need a Redis are left out; `false` where they are not. */
export function noRedis(env: Readonly<Record<string, string | undefined>>): string | false {
  // Where everything has to be there, its absence is a failure.
  if (env['CI'] !== undefined || redisServerProgram() !== undefined) return false
  return 'no Redis is installed: install redis-server'
}

/** A Redis of the test's own, and a client of it. */
export async function opened(
  t: TestContext,
  options: RedisOptions = {},
): Promise<{ readonly server: RedisServer; readonly redis: Redis }> {
  const server = await startRedisServer()
  t.after(() => server[Symbol.asyncDispose]())
  const redis = await openRedis({ url: server.url, ...options })
  t.after(() => redis[Symbol.asyncDispose]())
  return { server, redis }
}

/** A client of Redis that is none of ours. */
export async function stranger(t: TestContext, { url }: RedisServer): Promise<RedisClientType> {
  const client: RedisClientType = createClient({ url })
  client.on('error', () => undefined)
  await client.connect()
  t.after(() => client.destroy())
  return client
}

export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const startMs = systemClock.now()
  while (!(await isSo())) {
    if (systemClock.now() - startMs > 10_000) throw new Error(`waited 10 s until ${what}`)
    await sleep(systemClock, 5)
  }
}

export function answers(redis: Redis): Promise<boolean> {
  return redis.ping().then(
    () => true,
    () => false,
  )
}
