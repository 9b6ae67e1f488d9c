import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { hasCode, runCall } from '@ashlar/kernel'
import { admitted, many, Site } from './shared-site.test.support.ts'

suite('with leases', () => {
  const lease = { tokens: 64, ttlMs: 1_000 }
  const large = { limit: 1_000, perMs: 1_000, lease }

  test('64 callers at once make one trip, and are all served by it', async () => {
    const site = new Site()
    const decisions = await many(site.limiter(large), 64)
    assert.equal(admitted(decisions), 64)
    assert.equal(site.store.trips, 1)
    assert.deepEqual(decisions[0], {
      allowed: true,
      remaining: 999,
      resetMs: 64,
      retryAfterMs: 0,
      source: 'store',
    })
    assert.deepEqual(decisions[63], { ...decisions[0], remaining: 936, source: 'lease' })
  })

  test('what is leased is spent without a trip and without waiting', async () => {
    const site = new Site()
    const limiter = site.limiter(large)
    assert.equal(limiter.takeLeased('ada'), undefined)
    await limiter.take('ada')
    for (let call = 1; call < 64; call++) assert.equal(limiter.takeLeased('ada')?.allowed, true)
    assert.equal(limiter.takeLeased('ada'), undefined)
    assert.equal(limiter.takeLeased('bob'), undefined)
    assert.equal(site.limiter({}).takeLeased('ada'), undefined)
    assert.equal(site.store.trips, 1)
  })

  test('all processes together let through the burst and no more, but for what lies idle in one of them', async () => {
    const site = new Site()
    const processes = Array.from({ length: 3 }, () => site.limiter({ ...large, limit: 100 }))
    const decisions = await Promise.all(processes.map((limiter) => many(limiter, 60)))
    assert.deepEqual(decisions.map(admitted), [60, 36, 0])
  })

  test('what is not spent in time is lost', async () => {
    const site = new Site()
    const limiter = site.limiter({ ...large, limit: 64, perMs: 64_000_000 })
    await limiter.take('ada')
    await site.clock.advance(999)
    assert.equal(limiter.takeLeased('ada')?.allowed, true)
    await site.clock.advance(1)
    assert.equal(limiter.takeLeased('ada'), undefined)
    assert.equal((await limiter.take('ada')).allowed, false)
  })

  test('a call that costs more than is left brings what is left to the store, and loses none of it', async () => {
    const site = new Site()
    const limiter = site.limiter({ limit: 20, perMs: 20_000_000, lease: { tokens: 8 } })
    for (const cost of [1, 6.5, 8, 4.5]) assert.equal((await limiter.take('ada', cost)).allowed, true, `${cost}`)
    assert.equal((await limiter.take('ada', 0.5)).allowed, false)
    assert.equal(site.store.trips, 4)
  })

  test('a key that was refused is refused without a trip until its time, and cheaper calls are not', async () => {
    const site = new Site()
    const limiter = site.limiter({ lease: { tokens: 4 } })
    await limiter.take('ada', 9)
    assert.equal((await limiter.take('ada', 3)).retryAfterMs, 200)
    const before = site.store.trips
    assert.equal(admitted(await many(limiter, 50, 3)), 0)
    assert.deepEqual(await limiter.take('ada', 4), {
      allowed: false,
      remaining: 1,
      resetMs: 900,
      retryAfterMs: 200,
      source: 'lease',
    })
    assert.equal(site.store.trips, before)
    assert.equal((await limiter.take('ada', 1)).source, 'store')
    await site.clock.advance(300)
    assert.equal((await limiter.take('ada', 3)).allowed, true)
  })

  test('the store failing is told to all who wait for one trip, and costs no lease', async () => {
    const site = new Site()
    const limiter = site.limiter({ ...large, onStoreError: 'local', instances: 1_000 })
    await limiter.take('ada', 60)
    site.hang()
    const waiting = many(limiter, 64, 10)
    await site.clock.advance(60)
    assert.deepEqual(new Set((await waiting).map(({ source }) => source)), new Set(['local']))
    assert.equal(site.store.trips, 2)
    assert.deepEqual(limiter.takeLeased('ada', 4)?.source, 'lease')
  })

  test('one who leaves takes nothing from those who wait for the same trip', async () => {
    const site = new Site()
    const limiter = site.limiter(large)
    const caller = new AbortController()
    const first = assert.rejects(limiter.take('ada', 1, { signal: caller.signal }), /gone/)
    const second = limiter.take('ada')
    caller.abort(new Error('gone'))
    await first
    assert.equal((await second).allowed, true)
    assert.equal(site.store.trips, 1)
  })

  test('nor does one whose deadline passes', async () => {
    const site = new Site()
    const limiter = site.limiter(large)
    const { promise, resolve } = Promise.withResolvers<void>()
    const run = site.store.run.bind(site.store)
    site.store.run = (...asked) => promise.then(() => run(...asked))
    const first = runCall({ timeoutMs: 10, clock: site.clock }, () => limiter.take('ada'))
    const late = assert.rejects(first, (error) => hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED'))
    const second = limiter.take('ada')
    await site.clock.advance(20)
    await late
    resolve()
    assert.equal((await second).source, 'lease')
    assert.equal(site.store.trips, 1)
  })

  test('leases that come too late to be spent still serve those who fetched them', async () => {
    const site = new Site()
    const limiter = site.limiter({ ...large, lease: { tokens: 64, ttlMs: 5 } })
    const gate = Promise.withResolvers<void>()
    const run = site.store.run.bind(site.store)
    site.store.run = async (...asked) => {
      await gate.promise
      return run(...asked)
    }
    const waiting = many(limiter, 3)
    await site.clock.advance(10)
    gate.resolve()
    assert.equal(admitted(await waiting), 3)
    assert.equal(site.store.trips, 2)
  })

  test('the keys that were fetched longest ago lose their lease first', async () => {
    const limiter = new Site().limiter({ ...large, maxKeys: 2 })
    await limiter.take('old')
    await limiter.take('other')
    await limiter.take('old', 64)
    await limiter.take('new')
    assert.equal(limiter.takeLeased('other'), undefined)
    assert.equal(limiter.takeLeased('old')?.allowed, true)
  })

  test('so many keys have a lease and no more; one that is forgotten is lost to this process only', async () => {
    const site = new Site()
    const limiter = site.limiter({ ...large, maxKeys: 3 })
    for (let key = 0; key < 10; key++) await limiter.take(`key ${key}`)
    assert.deepEqual(
      Array.from({ length: 10 }, (_, key) => limiter.takeLeased(`key ${key}`)?.allowed),
      [...Array.from({ length: 7 }, () => undefined), true, true, true],
    )
    assert.equal((await limiter.take('key 0')).remaining, 1_000 - 64 - 1)
  })
})
