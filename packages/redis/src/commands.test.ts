import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { runCall } from '@ashlar/kernel'
import type { UnavailableError } from './errors.ts'
import { scriptLoaded } from './events.ts'
import { openFake } from './fake-redis.test.support.ts'
import { redisHealthCheck } from './redis.ts'
import { rejectsWith } from './rejects.test.support.ts'

const script = { name: 'take', lua: 'return {1}' }

suite('a script', () => {
  test('goes by its hash, and as a whole once where Redis does not know it', async () => {
    const { fake, redis } = await openFake()
    let isKnown = false
    fake.answer = ([verb]) => {
      if (verb === 'EVAL') isKnown = true
      return isKnown ? [7] : fake.refusal('NOSCRIPT No matching script.')
    }
    const loaded: string[] = []
    using _ = scriptLoaded.subscribe(({ script: name }) => loaded.push(name))
    assert.deepEqual(await redis.run(script, ['key'], [1, 0.1, 'x']), [7])
    assert.deepEqual(await redis.run(script, ['key'], [2]), [7])
    const sha = fake.wire(false).sent[0]?.[1] ?? ''
    assert.match(sha, /^[0-9a-f]{40}$/)
    assert.deepEqual(fake.wire(false).commands, [
      `EVALSHA ${sha} 1 key 1 0.1 x`,
      'EVAL return {1} 1 key 1 0.1 x',
      `EVALSHA ${sha} 1 key 2`,
    ])
    assert.deepEqual(loaded, ['take'])
    assert.equal(redis.inFlight, 0)
  })

  test('is sent as a whole once, not again and again, by a Redis that never knows it', async () => {
    const { fake, redis } = await openFake()
    fake.answer = () => fake.refusal('NOSCRIPT No matching script.')
    await rejectsWith(redis.run(script, [], []), 'ASHLAR_REDIS_SCRIPT_FAILED', /"take" failed: NOSCRIPT/)
    assert.equal(fake.wire(false).commands.length, 2)
  })

  test('that ends in an error, or answers no integers, says which script', async () => {
    const { fake, redis } = await openFake()
    fake.answer = () => fake.refusal('ERR user_script:1: attempt to index a nil value')
    await rejectsWith(redis.run(script, [], []), 'ASHLAR_REDIS_SCRIPT_FAILED', /"take" failed: ERR user_script:1/)
    fake.answer = () => [1, 'two']
    await rejectsWith(redis.run(script, [], []), 'ASHLAR_REDIS_SCRIPT_FAILED', /"take" .* integers/)
    fake.answer = () => null
    await rejectsWith(redis.run(script, [], []), 'ASHLAR_REDIS_SCRIPT_FAILED')
  })
})

suite('scripts that are called at the same time', () => {
  const other = { name: 'other', lua: 'return {2}' }

  test('go as one command for each script and shape, in order; each call has its own answer, or error', async () => {
    const { fake, redis } = await openFake()
    fake.answer = (args) => (args[2] === '3' ? [[1], fake.refusal('ERR broken'), [3]] : [9])
    const answers = await Promise.allSettled([
      redis.run(script, ['a'], [1]),
      redis.run(script, ['b'], [2]),
      redis.run(script, ['c'], [3]),
      redis.run(other, [], []),
      redis.run(script, ['d'], [4]),
      redis.run(script, ['e'], [5, 6]),
    ])
    assert.deepEqual(
      fake.wire(false).sent.map((args) => args.slice(2).join(' ')),
      ['3 a b c 3 1 2 3', '0', '1 d 4', '1 e 5 6'],
    )
    const told = answers.map((end) => (end.status === 'fulfilled' ? end.value : (end.reason as Error).message))
    assert.deepEqual(told, [[1], 'script "take" failed: ERR broken', [3], [9], [9], [9]])
    assert.equal(redis.inFlight, 0)
  })

  test('are a hundred in a command at the most, so that others have their turn', async () => {
    const { fake, redis } = await openFake()
    fake.answer = (args) => Array.from({ length: Number(args[3]) }, () => [1])
    await Promise.all(Array.from({ length: 250 }, () => redis.run(script, [], [])))
    assert.deepEqual(
      fake.wire(false).sent.map((args) => args[3]),
      ['100', '100', '50'],
    )
  })

  test('go one by one where the script says in its first line how it is to be run', async () => {
    const { fake, redis } = await openFake()
    fake.answer = () => [1]
    const flagged = { name: 'flagged', lua: '#!lua flags=no-writes\nreturn {1}' }
    await Promise.all([redis.run(flagged, [], []), redis.run(flagged, [], [])])
    assert.equal(fake.wire(false).sent.length, 2)
  })

  test('count as in flight from the moment they are called', async () => {
    const { fake, redis } = await openFake({ maxInFlight: 2 })
    fake.answer = () => [[1], [2]]
    const both = Promise.all([redis.run(script, [], []), redis.run(script, [], [])])
    await rejectsWith(redis.run(script, [], []), 'ASHLAR_REDIS_BUSY')
    const drained = redis.drain?.(new AbortController().signal)
    await Promise.all([both, drained])
    assert.equal(fake.wire(false).sent.length, 1)
  })

  test('all reject when the connection is lost before they are sent, and have not run', async () => {
    const { fake, redis, clock } = await openFake()
    const ends = [redis.run(script, [], []), redis.run(script, [], [])].map((one) =>
      rejectsWith(one, 'ASHLAR_REDIS_UNAVAILABLE'),
    )
    fake.wire(false).lose()
    for (const error of await Promise.all(ends)) assert.equal((error as UnavailableError).mayHaveRun, false)
    await clock.advance(25)
    assert.equal(redis.inFlight, 0)
  })
})

suite('a command', () => {
  test('of a call that is over is not sent', async () => {
    const { fake, redis, clock } = await openFake()
    const inTime = (): Promise<void> => redis.ping()
    const late = async (): Promise<void> => {
      await clock.advance(10)
      return redis.ping()
    }
    await rejectsWith(runCall({ timeoutMs: 10, clock, parent: null }, late), 'ASHLAR_DEADLINE_EXCEEDED')
    const controller = new AbortController()
    const left = async (): Promise<void> => {
      controller.abort(new Error('gone'))
      return redis.ping()
    }
    await assert.rejects(runCall({ signal: controller.signal, parent: null }, left), /gone/)
    await clock.advance(0)
    assert.equal(fake.wire(false).sent.length, 0)
    await runCall({ timeoutMs: 10, clock, parent: null }, inTime)
    assert.equal(fake.wire(false).sent.length, 1)
  })

  test('ends with its call, whatever Redis does', async () => {
    const { fake, redis, clock } = await openFake({ stallTimeoutMs: 60_000 })
    fake.state = 'silent'
    const call = runCall({ timeoutMs: 20, clock, parent: null }, () => redis.run(script, [], []))
    const controller = new AbortController()
    const aborted = redis.publish('news', 'x').catch((error: unknown) => error)
    const pinged = runCall({ signal: controller.signal, parent: null }, () => redis.ping())
    const ended = Promise.all([
      rejectsWith(call, 'ASHLAR_DEADLINE_EXCEEDED'),
      assert.rejects(pinged, /no longer wanted/),
    ])
    controller.abort(new Error('no longer wanted'))
    await clock.advance(20)
    await ended
    assert.equal(redis.inFlight, 3)
    fake.wire(false).lose()
    assert.match(String(await aborted), /may or may not have taken effect/)
  })

  test('is refused at once while there is no connection, and says that it has not run', async () => {
    const { fake, redis, clock } = await openFake({ state: 'down' })
    assert.equal(redis.connected, false)
    const error = await rejectsWith(redis.run(script, [], []), 'ASHLAR_REDIS_UNAVAILABLE', /no connection .*:6379/)
    assert.equal((error as UnavailableError).mayHaveRun, false)
    fake.state = 'up'
    await clock.advance(25)
    assert.equal(redis.connected, true)
    await redis.ping()
  })

  test('whose connection is lost rejects with the reason, may have run, and is not sent again', async () => {
    const { fake, redis, clock } = await openFake()
    fake.state = 'silent'
    const lost = rejectsWith(redis.run(script, [], []), 'ASHLAR_REDIS_UNAVAILABLE', /may or may not have taken effect/)
    await clock.advance(0)
    fake.state = 'up'
    fake.wire(false).lose()
    const error = (await lost) as UnavailableError
    assert.equal(error.mayHaveRun, true)
    assert.equal(String(error.cause), 'Error: socket closed')
    await clock.advance(100)
    assert.equal(fake.wires.length, 2)
    assert.deepEqual(fake.wire(false).commands, [])
  })

  test('beyond as many as may be in flight is refused at once, until others are answered', async () => {
    const { fake, redis, clock } = await openFake({ maxInFlight: 3, stallTimeoutMs: 60_000 })
    fake.state = 'silent'
    const waiting = [1, 2, 3].map(() => redis.ping().catch(() => undefined))
    await rejectsWith(redis.ping(), 'ASHLAR_REDIS_BUSY', /3 commands wait/)
    assert.equal(fake.wire(false).sent.length, 3)
    fake.state = 'up'
    fake.wire(false).lose()
    await Promise.all(waiting)
    await clock.advance(25)
    await redis.ping()
    assert.equal(redis.inFlight, 0)
  })

  test('that was given up by its caller still counts as in flight', async () => {
    const { fake, redis } = await openFake({ maxInFlight: 1, stallTimeoutMs: 60_000 })
    fake.state = 'silent'
    const controller = new AbortController()
    const given = runCall({ signal: controller.signal, parent: null }, () => redis.ping())
    controller.abort(new Error('enough'))
    await assert.rejects(given, /enough/)
    await rejectsWith(redis.ping(), 'ASHLAR_REDIS_BUSY')
  })
})

suite('what Redis refuses', () => {
  const cases: readonly [reply: string, code: string][] = [
    ['LOADING Redis is loading the dataset in memory', 'ASHLAR_REDIS_UNAVAILABLE'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'ASHLAR_REDIS_UNAVAILABLE'],
    ['BUSY Redis is busy running a script.', 'ASHLAR_REDIS_UNAVAILABLE'],
    ['NOPERM this user has no permissions', 'ASHLAR_REDIS_CONFIG'],
    ['ERR wrong number of arguments', 'ASHLAR_REDIS_COMMAND_FAILED'],
  ]
  for (const [reply, code] of cases) {
    test(`${reply.split(' ')[0]} is ${code}`, async () => {
      const { fake, redis } = await openFake()
      fake.answer = () => fake.refusal(reply)
      const error = await rejectsWith(redis.publish('news', 'x'), code)
      assert.ok(error.message.includes(reply))
    })
  }

  test('as a replica makes it look for the server anew: the address may lead to another now', async () => {
    const { fake, redis, clock } = await openFake()
    fake.answer = () => fake.refusal("READONLY You can't write against a read only replica.")
    await rejectsWith(redis.run(script, [], []), 'ASHLAR_REDIS_UNAVAILABLE', /READONLY/)
    assert.equal(fake.wire(false).isDestroyed, true)
    await clock.advance(25)
    assert.equal(fake.wires.length, 2)
  })
})

suite('closing', () => {
  test('waits for what was sent, and refuses what comes after', async () => {
    const { fake, redis } = await openFake()
    const answer = Promise.withResolvers<unknown>()
    fake.answer = () => answer.promise
    const ping = redis.ping()
    const drained = redis.drain?.(new AbortController().signal)
    await rejectsWith(redis.ping(), 'ASHLAR_REDIS_UNAVAILABLE', /closed by this process/)
    answer.resolve('PONG')
    await Promise.all([ping, drained])
    await redis[Symbol.asyncDispose]()
    assert.equal(fake.wire(false).isDestroyed, true)
  })

  test('breaks off after a second where Redis does not answer, and leaves no timer behind', async () => {
    const { fake, redis, clock } = await openFake()
    redis.subscribe('news', () => undefined)
    await clock.advance(0)
    fake.state = 'silent'
    const ping = rejectsWith(redis.ping(), 'ASHLAR_REDIS_UNAVAILABLE')
    const closed = Promise.all([redis[Symbol.asyncDispose](), redis[Symbol.asyncDispose]()])
    await clock.advance(1_000)
    await Promise.all([ping, closed])
    assert.ok(fake.wires.every(({ isDestroyed }) => isDestroyed))
    assert.equal(clock.armed, 0)
    assert.throws(() => redis.subscribe('news', () => undefined), /has been closed/)
  })

  test('ends the attempts to connect', async () => {
    const { fake, redis, clock } = await openFake({ state: 'down' })
    await redis[Symbol.asyncDispose]()
    await clock.advance(60_000)
    assert.equal(fake.attempts.length, 1)
    assert.equal(clock.armed, 0)
  })
})

test('the health check asks Redis, gives up at the signal, and is not critical unless said', async () => {
  const { fake, redis } = await openFake({ stallTimeoutMs: 60_000 })
  const health = redisHealthCheck(redis)
  assert.deepEqual([health.name, health.critical], ['redis', false])
  await health.check({ signal: new AbortController().signal })
  fake.state = 'silent'
  const controller = new AbortController()
  const checked = health.check({ signal: controller.signal })
  controller.abort(new Error('too slow'))
  await assert.rejects(checked, /too slow/)
  assert.equal(redisHealthCheck(redis, { name: 'limits', critical: true }).critical, true)
})
