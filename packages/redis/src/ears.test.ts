import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { currentCall, runCall } from '@ashlar/kernel'
import { ear } from './ear.test.support.ts'
import { redisListenerFailed } from './events.ts'
import { openFake } from './fake-redis.test.support.ts'

suite('a subscription', () => {
  test('is told when it hears, each message, when messages may be missed, and when it hears again', async () => {
    const { fake, redis, clock } = await openFake()
    const { listener, told } = ear()
    using subscription = redis.subscribe('news', listener)
    assert.deepEqual([subscription.listening, told], [false, []])
    await clock.advance(0)
    fake.wire(true).channels.get('news')?.('one')
    assert.equal(subscription.listening, true)
    fake.wire(true).lose()
    await clock.advance(0)
    assert.equal(subscription.listening, false)
    await clock.advance(25)
    fake.wire(true).channels.get('news')?.('two')
    assert.deepEqual(told, ['listening', 'message one', 'lost', 'listening', 'message two'])
  })

  test('waits for a Redis that is away', async () => {
    const { fake, redis, clock } = await openFake({ state: 'down' })
    const { listener, told } = ear()
    using _ = redis.subscribe('news', listener)
    await clock.advance(5_000)
    assert.deepEqual(told, [])
    fake.state = 'up'
    await clock.advance(1_000)
    assert.deepEqual(told, ['listening'])
  })

  test('shares its channel with others, and is left with the last of them', async () => {
    const { fake, redis, clock } = await openFake()
    const [one, other] = [ear(), ear()]
    const first = redis.subscribe('news', one.listener)
    await clock.advance(0)
    const second = redis.subscribe('news', other.listener)
    await clock.advance(0)
    const wire = fake.wire(true)
    wire.channels.get('news')?.('both')
    first[Symbol.dispose]()
    first[Symbol.dispose]()
    wire.channels.get('news')?.('second only')
    assert.equal(wire.commands.includes('UNSUBSCRIBE news'), false)
    second[Symbol.dispose]()
    assert.equal(wire.commands.at(-1), 'UNSUBSCRIBE news')
    assert.deepEqual(one.told, ['listening', 'message both'])
    assert.deepEqual(other.told, ['listening', 'message both', 'message second only'])
  })

  test('hears that it listens before the first message, though that comes with the answer', async () => {
    const { fake, redis, clock } = await openFake()
    const { listener, told } = ear()
    using _ = redis.subscribe('news', listener)
    const answer = Promise.withResolvers<unknown>()
    fake.answer = ([verb]) => (verb === 'SUBSCRIBE' ? answer.promise : 'OK')
    await clock.advance(0)
    answer.resolve('OK')
    await answer.promise
    await Promise.resolve()
    fake.wire(true).channels.get('news')?.('early')
    await clock.advance(0)
    assert.deepEqual(told, ['listening', 'message early'])
  })

  test('that fails to be made costs the connection: it is made again, and the subscription with it', async () => {
    const { fake, redis, clock } = await openFake()
    const { listener, told } = ear()
    redis.subscribe('other news', () => undefined)
    await clock.advance(0)
    fake.answer = () => fake.refusal('ERR not now')
    using _ = redis.subscribe('news', listener)
    await clock.advance(0)
    assert.equal(fake.wire(true).isDestroyed, true)
    await clock.advance(25)
    assert.equal(fake.wire(true).isDestroyed, true)
    fake.answer = () => 'OK'
    await clock.advance(100)
    assert.deepEqual(told, ['listening'])
  })

  test('is part of no call, whoever made it', async () => {
    const { fake, redis, clock } = await openFake()
    const calls: unknown[] = []
    await runCall({ clock, parent: null }, async () => {
      redis.subscribe('news', () => void calls.push(currentCall()))
      await Promise.resolve()
    })
    await clock.advance(0)
    fake.wire(true).channels.get('news')?.('one')
    assert.deepEqual(calls, [undefined, undefined])
  })

  test('whose listener throws or rejects is told the next all the same, and so are the others', async () => {
    const { fake, redis, clock } = await openFake()
    const failures: string[] = []
    using _ = redisListenerFailed.subscribe(({ subject, error }) => failures.push(`${subject}: ${String(error)}`))
    const { listener, told } = ear()
    redis.subscribe('news', () => {
      throw new Error('thrown')
    })
    redis.subscribe('news', () => Promise.reject(new Error('rejected')))
    redis.subscribe('news', listener)
    await clock.advance(0)
    fake.wire(true).channels.get('news')?.('one')
    await clock.advance(0)
    assert.deepEqual(told, ['listening', 'message one'])
    for (const failure of ['news: Error: thrown', 'news: Error: rejected']) {
      assert.equal(failures.filter((one) => one === failure).length, 2)
    }
  })
})

suite('tracking', () => {
  test('tells of changes to keys with the prefix, and of a Redis that was emptied', async () => {
    const { fake, redis, clock } = await openFake()
    const { listener, told } = ear()
    using tracking = redis.track('user:', listener)
    await clock.advance(0)
    assert.equal(tracking.listening, true)
    const { events } = fake.wire(true)
    events.changed('user:1')
    events.changed('order:1')
    events.changed(null)
    assert.deepEqual(told, ['listening', 'changed user:1', 'all'])
  })

  test('says that all may be stale when the connection is lost, and when it hears again', async () => {
    const { fake, redis, clock } = await openFake()
    const { listener, told } = ear()
    using _ = redis.track('user:', listener)
    await clock.advance(0)
    fake.wire(true).lose()
    await clock.advance(25)
    assert.deepEqual(told, ['listening', 'lost', 'listening'])
    assert.deepEqual(fake.wire(true).commands, ['CLIENT TRACKING OFF', 'CLIENT TRACKING ON BCAST PREFIX user:'])
  })

  test('of more prefixes is added to what is tracked, without a gap for the others', async () => {
    const { fake, redis, clock } = await openFake()
    const [one, other, third] = [ear(), ear(), ear()]
    redis.track('user:', one.listener)
    await clock.advance(0)
    redis.track('order:', other.listener)
    redis.track('user:1', third.listener)
    await clock.advance(0)
    assert.deepEqual(fake.wire(true).commands.slice(2), ['CLIENT TRACKING ON BCAST PREFIX order:'])
    fake.wire(true).events.changed('user:17')
    assert.deepEqual(one.told, ['listening', 'changed user:17'])
    assert.deepEqual(other.told, ['listening'])
    assert.deepEqual(third.told, ['listening', 'changed user:17'])
  })

  test('of a prefix that holds others replaces them, and says that something may have been missed', async () => {
    const { fake, redis, clock } = await openFake()
    const [one, other] = [ear(), ear()]
    redis.track('user:', one.listener)
    await clock.advance(0)
    redis.track('', other.listener)
    await clock.advance(0)
    assert.deepEqual(fake.wire(true).commands.slice(2), ['CLIENT TRACKING OFF', 'CLIENT TRACKING ON BCAST PREFIX '])
    assert.deepEqual([one.told, other.told], [['listening', 'all'], ['listening']])
  })

  test('ends for the server too when the last has left', async () => {
    const { fake, redis, clock } = await openFake()
    const first = redis.track('user:', () => undefined)
    const second = redis.track('user:', () => undefined)
    await clock.advance(0)
    first[Symbol.dispose]()
    await clock.advance(0)
    assert.equal(fake.wire(true).commands.length, 2)
    second[Symbol.dispose]()
    await clock.advance(0)
    assert.deepEqual(fake.wire(true).commands.slice(2), ['CLIENT TRACKING OFF'])
  })

  test('is arranged for the new connection when the old one is lost in the middle of it', async () => {
    const { fake, redis, clock } = await openFake()
    const { listener, told } = ear()
    redis.subscribe('news', () => undefined)
    await clock.advance(0)
    fake.state = 'silent'
    redis.track('user:', listener)
    await clock.advance(0)
    fake.state = 'up'
    fake.wire(true).lose()
    await clock.advance(25)
    assert.deepEqual(told, ['listening'])
    assert.ok(fake.wire(true).commands.includes('CLIENT TRACKING ON BCAST PREFIX user:'))
  })
})

test('messages and commands go over connections of their own; that for listening is made when somebody listens', async () => {
  const { fake, redis, clock } = await openFake()
  await redis.ping()
  assert.deepEqual(
    fake.wires.map(({ listening }) => listening),
    [false],
  )
  redis.subscribe('news', () => undefined)
  await clock.advance(0)
  assert.deepEqual(
    fake.wires.map(({ listening }) => listening),
    [false, true],
  )
  fake.wire(true).lose()
  await redis.ping()
})
