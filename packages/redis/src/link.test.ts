import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { seededRandom, VirtualClock } from '@ashlar/kernel/testing'
import { redisConnection } from './events.ts'
import { FakeRedis, openFake } from './fake-redis.test.support.ts'
import { openWith } from './redis.ts'
import { rejectsWith } from './rejects.test.support.ts'
import { parseTarget } from './target.ts'

suite('a connection that is lost', () => {
  test('is made again, ever longer apart while it fails, at most a second', async () => {
    const { fake, clock } = await openFake({ state: 'down' })
    await clock.advance(20_000)
    const pauses = fake.attempts.slice(1).map((atMs, nth) => atMs - (fake.attempts[nth] ?? 0))
    assert.ok(pauses.length > 20 && pauses.length < 50, `${pauses.length} attempts`)
    for (const [nth, pauseMs] of pauses.entries()) {
      const ceilingMs = Math.min(1_000, 25 * 2 ** nth)
      assert.ok(pauseMs >= ceilingMs / 2 && pauseMs <= ceilingMs, `pause ${nth} of ${pauseMs} ms`)
    }
  })

  test('is made again by each process at its own time', async () => {
    const timesOf = async (seed: number): Promise<readonly number[]> => {
      const { fake, clock } = await openFake({ state: 'down', random: seededRandom(seed) })
      await clock.advance(5_000)
      return fake.attempts.slice(1)
    }
    const [one, other] = await Promise.all([timesOf(1), timesOf(2)])
    assert.ok(one.every((atMs) => !other.includes(atMs)))
  })

  test('is not asked for in a hot loop by being lost as soon as it is made', async () => {
    const { fake, clock } = await openFake()
    for (let step = 0; step < 1_000; step++) {
      fake.wire(false).lose()
      await clock.advance(10)
    }
    assert.ok(fake.attempts.length < 40, `${fake.attempts.length} attempts in 10 s`)
  })

  test('for want of an answer while connecting is tried again', async () => {
    const { fake, clock, redis } = await openFake({ connectTimeoutMs: 500 })
    fake.state = 'silent'
    fake.wire(false).lose()
    await clock.advance(25)
    assert.equal(fake.attempts.length, 2)
    fake.state = 'up'
    await clock.advance(474)
    assert.equal(fake.attempts.length, 2)
    await clock.advance(26 + 50)
    assert.equal(fake.attempts.length, 3)
    assert.equal(redis.connected, true)
  })

  test('in the moment it is made is noticed all the same', async () => {
    const { fake, redis, clock } = await openFake()
    const connect = fake.connect.bind(fake)
    fake.connect = (events, listening) => {
      const opening = connect(events, listening)
      events.lost(new Error('socket closed'))
      return opening
    }
    fake.wire(false).lose()
    await clock.advance(25)
    assert.deepEqual([fake.wires.length, redis.connected], [2, false])
    fake.connect = connect
    await clock.advance(50)
    assert.equal(redis.connected, true)
  })

  test('is reported on a channel, with the reason', async () => {
    const states: string[] = []
    using _ = redisConnection.subscribe(({ purpose, state, error }) =>
      states.push(`${purpose} ${state} ${String(error)}`),
    )
    const { fake, clock } = await openFake()
    fake.state = 'down'
    fake.wire(false).lose()
    await clock.advance(25)
    assert.deepEqual(states.slice(0, 3), [
      'commands connected undefined',
      'commands lost Error: socket closed',
      'commands failed UnavailableError: no Redis answers at 127.0.0.1:6379; start it or correct the URL',
    ])
  })
})

suite('a Redis that owes answers', () => {
  test('is left after the stall timeout: all that waited rejects, and a new connection is made', async () => {
    const { fake, redis, clock } = await openFake({ stallTimeoutMs: 1_000 })
    await clock.advance(100)
    fake.state = 'silent'
    const ping = rejectsWith(redis.ping(), 'ASHLAR_REDIS_UNAVAILABLE', /may or may not/)
    await clock.advance(999)
    assert.equal(fake.wire(false).isDestroyed, false)
    fake.state = 'up'
    await clock.advance(501)
    await ping
    await clock.advance(25)
    assert.equal(fake.wires.length, 2)
    await redis.ping()
  })

  test('is noticed though nobody asks it anything', async () => {
    const { fake, redis, clock } = await openFake({ stallTimeoutMs: 1_000 })
    fake.state = 'silent'
    await clock.advance(2_000)
    assert.equal(redis.connected, false)
  })

  test('is not left while it answers, however much is in flight', async () => {
    const { fake, redis, clock } = await openFake({ stallTimeoutMs: 1_000 })
    const answers: ((value: unknown) => void)[] = []
    fake.answer = () => new Promise((resolve) => answers.push(resolve))
    for (let nth = 0; nth < 20; nth++) void redis.ping().catch(() => undefined)
    for (let nth = 0; nth < 19; nth++) {
      await clock.advance(900)
      answers.shift()?.('PONG')
    }
    await clock.advance(900)
    assert.equal(fake.wires.length, 1)
  })

  test('is given another chance when it was this process that stood still', async () => {
    const { fake, redis, clock } = await openFake({ stallTimeoutMs: 1_000 })
    const answer = Promise.withResolvers<unknown>()
    fake.answer = () => answer.promise
    const ping = redis.ping()
    clock.standStill(30_000)
    await clock.advance(500)
    answer.resolve('PONG')
    await ping
    assert.equal(redis.connected, true)
  })
})

test('a Redis that is away keeps nothing from starting; one that refuses the password does', async () => {
  const away = await openFake({ state: 'down' })
  assert.equal(away.redis.connected, false)
  const clock = new VirtualClock()
  const refusing = new FakeRedis(clock)
  refusing.connect = () => ({
    opened: Promise.reject(refusing.refusal('WRONGPASS invalid username-password pair')),
    destroy: () => undefined,
  })
  const opened = openWith(refusing, parseTarget('redis://:secret@127.0.0.1:6379'), { clock })
  const error = await rejectsWith(opened, 'ASHLAR_REDIS_CONFIG', /refuses the password; correct it in the URL/)
  assert.doesNotMatch(`${error.stack} ${String(error.cause)}`, /secret/)
  assert.equal(clock.armed, 0)
})
