// Against a real Redis, which is killed, stopped, emptied and told to be a replica.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { codeOf, hasCode, runCall, systemClock } from '@ashlar/kernel'
import { ear } from './ear.test.support.ts'
import { openRedis } from './index.ts'
import { answers, noRedis, opened, stranger, until } from './on-redis.test.support.ts'
import { rejectsWith } from './rejects.test.support.ts'
import { startRedisServer } from './testing/index.ts'

const add = { name: 'add', lua: `return { redis.call('INCRBY', KEYS[1], ARGV[1]) }` }

await suite('on a real Redis', { skip: noRedis(process.env) }, async () => {
  test('a script is known again after Redis has forgotten it, and after Redis was started anew', async (t) => {
    const { server, redis } = await opened(t)
    assert.deepEqual(await redis.run(add, ['n'], [2]), [2])
    const client = await stranger(t, server)
    await client.scriptFlush()
    assert.deepEqual(await redis.run(add, ['n'], [3]), [5])
    await server.kill()
    await server.start()
    await until('Redis answers', () => answers(redis))
    assert.deepEqual(await redis.run(add, ['n'], [4]), [4])
  })

  test('many calls at once that Redis does not know the script of each have their effect once', async (t) => {
    const { server, redis } = await opened(t)
    await Promise.all(Array.from({ length: 200 }, () => redis.run(add, ['n'], [1])))
    assert.equal(await (await stranger(t, server)).get('n'), '200')
  })

  test('of many calls at once each runs with its own keys and arguments, and fails alone', async (t) => {
    const { redis } = await opened(t)
    const picky = {
      name: 'picky',
      lua: `
        if ARGV[1] == '3' then error('three') end
        if ARGV[1] == '4' then return redis.error_reply('FOUR is refused') end
        if ARGV[1] == '5' then redis.call('SET', KEYS[1], 'text') redis.call('INCR', KEYS[1]) end
        if ARGV[1] == '6' then return nil end
        redis.call('SET', KEYS[1], ARGV[1] * 10)
        return { tonumber(redis.call('GET', KEYS[1])), #KEYS, #ARGV } -- The end`,
    }
    const ends = await Promise.allSettled(
      Array.from({ length: 8 }, (_, nth) => redis.run(picky, [`key ${nth}`, 'other'], [nth, 'more'])),
    )
    const told = ends.map((end) => (end.status === 'fulfilled' ? end.value.join(' ') : (end.reason as Error).message))
    for (const nth of [0, 1, 2, 7]) assert.equal(told[nth], `${nth * 10} 2 2`)
    assert.match(told[3] ?? '', /^script "picky" failed: ERR .*three/)
    assert.match(told[4] ?? '', /^script "picky" failed: FOUR is refused/)
    assert.match(told[5] ?? '', /^script "picky" failed: .*not an integer/)
    assert.match(told[6] ?? '', /^script "picky" failed: it answered something else/)
  })

  test('numbers reach the script with all their digits', async (t) => {
    const { redis } = await opened(t)
    const same = { name: 'same', lua: `return { ARGV[1] + 0 == 0.1 + 0.2 and 1 or 0, ARGV[2] + 0 }` }
    assert.deepEqual(await redis.run(same, [], [0.1 + 0.2, 2 ** 53]), [1, 2 ** 53])
  })

  test('killed: calls fail at once, and none is sent again; then it is found again', async (t) => {
    const { server, redis } = await opened(t)
    const calls = Array.from({ length: 100 }, () => redis.run(add, ['n'], [1]))
    const ends = Promise.allSettled(calls)
    await server.kill()
    for (const end of await ends)
      assert.ok(end.status === 'fulfilled' || hasCode(end.reason, 'ASHLAR_REDIS_UNAVAILABLE'))
    await until('the loss is noticed', () => !redis.connected)
    const startMs = systemClock.now()
    await rejectsWith(redis.run(add, ['n'], [1]), 'ASHLAR_REDIS_UNAVAILABLE', /no connection/)
    assert.ok(systemClock.now() - startMs < 50)
    await server.start()
    await until('Redis answers', () => answers(redis))
    assert.deepEqual(await redis.run(add, ['n'], [1]), [1])
  })

  test('stopped: calls end with their deadline, no more than the bound pile up; then it is found again', async (t) => {
    const { server, redis } = await opened(t, { maxInFlight: 500, stallTimeoutMs: 1_000 })
    await redis.run(add, ['n'], [1])
    server.pause()
    const startMs = systemClock.now()
    const late = await Promise.allSettled(
      Array.from({ length: 2_000 }, () => runCall({ timeoutMs: 100 }, () => redis.run(add, ['n'], [1]))),
    )
    const tookMs = systemClock.now() - startMs
    const codes = new Map<string, number>()
    for (const end of late) {
      const code = end.status === 'rejected' ? String(codeOf(end.reason)) : 'answered'
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    assert.deepEqual(Object.fromEntries(codes), { ASHLAR_DEADLINE_EXCEEDED: 500, ASHLAR_REDIS_BUSY: 1_500 })
    assert.ok(tookMs < 500, `${tookMs} ms`)
    assert.equal(redis.inFlight, 500)
    await until('the connection is given up', () => !redis.connected)
    assert.ok(systemClock.now() - startMs < 3_000)
    assert.equal(redis.inFlight, 0)
    await rejectsWith(redis.ping(), 'ASHLAR_REDIS_UNAVAILABLE')
    server.resume()
    await until('Redis answers', () => answers(redis))
  })

  test('stopped: a call without a deadline ends when the connection is given up', async (t) => {
    const { server, redis } = await opened(t, { stallTimeoutMs: 200 })
    server.pause()
    const startMs = systemClock.now()
    await rejectsWith(redis.ping(), 'ASHLAR_REDIS_UNAVAILABLE', /may or may not/)
    assert.ok(systemClock.now() - startMs < 1_000)
  })

  test('stopped before it was asked: it keeps nothing from starting, and closing ends', async (t) => {
    const server = await startRedisServer()
    t.after(() => server[Symbol.asyncDispose]())
    server.pause()
    const redis = await openRedis({ url: server.url, connectTimeoutMs: 100 })
    assert.equal(redis.connected, false)
    await redis[Symbol.asyncDispose]()
  })

  test('a subscription survives that Redis is killed and started, and says what it may have missed', async (t) => {
    const { server, redis } = await opened(t)
    const { listener, told } = ear()
    using subscription = redis.subscribe('news', listener)
    await until('it listens', () => subscription.listening)
    assert.equal(await redis.publish('news', 'one'), 1)
    await until('a message comes', () => told.length === 2)
    await server.kill()
    await until('the loss is noticed', () => !subscription.listening)
    await server.start()
    await until('it listens again', () => subscription.listening)
    await (await stranger(t, server)).publish('news', 'two')
    await until('a message comes', () => told.length === 5)
    assert.deepEqual(told, ['listening', 'message one', 'lost', 'listening', 'message two'])
    subscription[Symbol.dispose]()
    await until('nobody listens', async () => (await redis.publish('news', 'three')) === 0)
  })

  test('subscribing and leaving in quick succession ends up listening', async (t) => {
    const { redis } = await opened(t)
    for (let round = 0; round < 50; round++) {
      redis.subscribe('news', () => undefined)[Symbol.dispose]()
      if (round % 7 === 0) await redis.ping()
    }
    const { listener, told } = ear()
    using subscription = redis.subscribe('news', listener)
    await until('it listens', () => subscription.listening)
    assert.equal(await redis.publish('news', 'one'), 1)
    await until('a message comes', () => told.at(-1) === 'message one')
  })

  test('tracking tells of what another client changes, of expiry, and of a Redis that was emptied', async (t) => {
    const { server, redis } = await opened(t)
    const [user, all] = [ear(), ear()]
    using first = redis.track('user:', user.listener)
    await until('it listens', () => first.listening)
    const client = await stranger(t, server)
    await client.set('user:1', 'ann')
    await client.set('order:1', 'x')
    await until('it is told', () => user.told.length === 2)
    using second = redis.track('', all.listener)
    await until('it listens', () => second.listening)
    await client.set('user:2', 'bob', { expiration: { type: 'PX', value: 20 } })
    await until('it expires', async () => (await client.get('user:2')) === null)
    await until('it is told', () => all.told.length === 3)
    await client.flushAll()
    await until('it is told', () => all.told.at(-1) === 'all')
    assert.deepEqual(user.told, ['listening', 'changed user:1', 'all', 'changed user:2', 'changed user:2', 'all'])
    assert.deepEqual(all.told, ['listening', 'changed user:2', 'changed user:2', 'all'])
  })

  test('tracking says that all may be stale when Redis was away', async (t) => {
    const { server, redis } = await opened(t)
    const { listener, told } = ear()
    using tracking = redis.track('user:', listener)
    await until('it listens', () => tracking.listening)
    await server.kill()
    await server.start()
    await until('it was told', () => told.length === 3)
    await (await stranger(t, server)).set('user:1', 'ann')
    await until('it is told', () => told.length === 4)
    assert.deepEqual(told, ['listening', 'lost', 'listening', 'changed user:1'])
  })

  test('a wrong password and a missing one say so, and do not show it', async (t) => {
    const { server } = await opened(t)
    await (await stranger(t, server)).configSet('requirepass', 'secret')
    await rejectsWith(
      openRedis({ url: server.url }),
      'ASHLAR_REDIS_CONFIG',
      /asks for a password, and the URL has none/,
    )
    const url = (password: string): string => server.url.replace('//', `//:${password}@`)
    const error = await rejectsWith(openRedis({ url: url('guess') }), 'ASHLAR_REDIS_CONFIG', /refuses the password/)
    assert.doesNotMatch(`${error.stack}${String(error.cause)}`, /guess/)
    await using redis = await openRedis({ url: url('secret') })
    await redis.ping()
  })

  test('one that has become a replica is left, and looked for again', async (t) => {
    const { server, redis } = await opened(t)
    const client = await stranger(t, server)
    await client.sendCommand(['REPLICAOF', '127.0.0.1', '1'])
    await rejectsWith(redis.run(add, ['n'], [1]), 'ASHLAR_REDIS_UNAVAILABLE', /READONLY/)
    assert.equal(redis.connected, false)
    await client.sendCommand(['REPLICAOF', 'NO', 'ONE'])
    await until('Redis answers', () => answers(redis))
    assert.deepEqual(await redis.run(add, ['n'], [1]), [1])
  })
})
