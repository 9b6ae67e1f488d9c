import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { hasCode, runCall } from '@ashlar/kernel'
import { CircuitBreaker, consecutive } from '../circuit-breaker/index.ts'
import { rateLimitHeaders, rateRefusal, rateStoreFailure, SharedRateLimiter, type SharedRateDecision } from './index.ts'
import { admitted, many, Site, type Options } from './shared-site.test.support.ts'

suite('a shared rate limiter', () => {
  test('holds for all processes together, and says how the key stands', async () => {
    const site = new Site()
    const [one, other] = [site.limiter(), site.limiter()]
    assert.equal(admitted(await many(one, 6)), 6)
    assert.equal(admitted(await many(other, 6)), 4)
    assert.equal(site.store.trips, 12)
    await site.clock.advance(350)
    assert.deepEqual(await one.take('ada'), {
      allowed: true,
      remaining: 2,
      resetMs: 750,
      retryAfterMs: 0,
      source: 'store',
    })
    assert.equal(admitted(await many(other, 6)), 2)
  })

  test('a refusal takes nothing, is counted and published, and fits the header fields', async () => {
    const limiter = new Site().limiter()
    const refusals: object[] = []
    using _ = rateRefusal.subscribe((event) => refusals.push(event))
    await limiter.take('ada', 8)
    const refused = await limiter.take('ada', 3)
    assert.deepEqual(refused, { allowed: false, remaining: 2, resetMs: 800, retryAfterMs: 100, source: 'store' })
    assert.equal((await limiter.take('ada', 2)).allowed, true)
    assert.equal(limiter.refused, 1)
    assert.deepEqual(refusals, [{ limiter: 'search', retryAfterMs: 100 }])
    assert.ok(hasCode(limiter.refusal(refused), 'ASHLAR_RATE_LIMITED'))
    assert.deepEqual(rateLimitHeaders(limiter, refused), {
      'ratelimit-policy': '"search";q=10;w=1',
      ratelimit: '"search";r=2;t=1',
      'retry-after': '1',
    })
  })

  test('limiters of other names, and other keys, count for themselves', async () => {
    const site = new Site()
    assert.equal(admitted(await many(site.limiter(), 20)), 10)
    assert.equal(admitted(await many(site.limiter({ name: 'orders' }), 20)), 10)
    assert.equal((await site.limiter().take('bob')).allowed, true)
  })

  test('a caller that leaves hears its own reason, and that does not count against the store', async () => {
    const site = new Site()
    const limiter = site.limiter({ breaker: new CircuitBreaker({ name: 'b', ...consecutive(1), clock: site.clock }) })
    site.hang()
    const caller = new AbortController()
    const left = assert.rejects(limiter.take('ada', 1, { signal: caller.signal }), /gone/)
    caller.abort(new Error('gone'))
    await left
    assert.equal(limiter.breaker.state.kind, 'closed')
    const late = runCall({ timeoutMs: 20, clock: site.clock }, () => limiter.take('ada'))
    const told = assert.rejects(late, (error) => hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED'))
    await site.clock.advance(25)
    await told
  })

  test('callers that have less time than the store may take do not have it given up for all others', async () => {
    const site = new Site()
    const limiter = site.limiter()
    site.hang()
    for (let caller = 0; caller < 10; caller++) {
      const hasty = runCall({ timeoutMs: 5, clock: site.clock }, () => limiter.take('ada'))
      const told = assert.rejects(hasty, (error) => hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED'))
      await site.clock.advance(10)
      await told
    }
    site.store.away = undefined
    assert.equal((await limiter.take('bob')).source, 'store')
  })

  test('options and costs that make no sense are refused by name and value', async () => {
    const site = new Site()
    const wrong: [Options, RegExp][] = [
      [{ name: '' }, /name is required/],
      [{ name: 'search:eu' }, /name must not hold a colon, got "search:eu"/],
      [{ limit: 0 }, /limit must be .* got 0/],
      [{ perMs: Number.NaN }, /perMs must be .* got NaN/],
      [{ burst: 0.5 }, /burst must be 1 to 1000000000, got 0.5/],
      [{ limit: 1, perMs: 31_536_000_000, burst: 11 }, /burst must be at most what ten years bring, got 11/],
      [{ storeTimeoutMs: 0 }, /storeTimeoutMs must be .* got 0/],
      [{ maxKeys: 1.5 }, /maxKeys must be a whole number, got 1.5/],
      [{ onStoreError: 'ajar' as 'open' }, /onStoreError must be open, closed or local, got ajar/],
      [{ onStoreError: 'local' }, /instances is required/],
      [{ onStoreError: 'local', instances: 0 }, /instances must be .* got 0/],
      [{ lease: { tokens: 11 } }, /lease.tokens must be 2 to 10, got 11/],
      [{ lease: { tokens: 5, ttlMs: 0 } }, /lease.ttlMs must be .* got 0/],
    ]
    for (const [options, message] of wrong) assert.throws(() => site.limiter(options), message)
    await assert.rejects(site.limiter().take('ada', 11), /cost must be above 0 and at most the burst \(10\), got 11/)
    assert.throws(() => site.limiter({ lease: { tokens: 5 } }).takeLeased('ada', 0), /got 0/)
  })
})

suite('without its store', () => {
  test('an open limiter lets all through and says that it knows nothing', async () => {
    const site = new Site()
    const failures: object[] = []
    using _ = rateStoreFailure.subscribe((event) => failures.push(event))
    site.fail()
    const decisions = await many(site.limiter({ onStoreError: 'open' }), 3, 10)
    assert.deepEqual(
      new Set(decisions.map((decision) => JSON.stringify(decision))),
      new Set(['{"allowed":true,"remaining":0,"resetMs":0,"retryAfterMs":0,"source":"open"}']),
    )
    assert.deepEqual(
      failures,
      Array.from({ length: 3 }, () => ({ limiter: 'search', answer: 'open', code: 'Error' })),
    )
  })

  test('a closed limiter lets nobody through, and never calls that too many calls', async () => {
    const site = new Site()
    const limiter = site.limiter({ onStoreError: 'closed' })
    const refusals: object[] = []
    using _ = rateRefusal.subscribe((event) => refusals.push(event))
    site.fail()
    const decision = await limiter.take('ada')
    assert.deepEqual(decision, { allowed: false, remaining: 0, resetMs: 50, retryAfterMs: 50, source: 'closed' })
    const error = limiter.refusal(decision)
    assert.ok(hasCode(error, 'ASHLAR_RATE_STORE_UNAVAILABLE'))
    assert.match(error.message, /the store of "search" is away; try again in 50 ms/)
    assert.deepEqual([limiter.refused, refusals], [0, []])
  })

  test('a local limiter lets its share through, each key by itself', async () => {
    const site = new Site()
    const limiter = site.limiter({ onStoreError: 'local', instances: 4 })
    site.fail()
    const decisions = await many(limiter, 10)
    assert.equal(admitted(decisions), 2)
    assert.equal(limiter.refused, 8)
    assert.ok(decisions.every(({ source }) => source === 'local'))
    assert.deepEqual(await limiter.take('bob', 10), {
      allowed: true,
      remaining: 0,
      resetMs: 1_000,
      retryAfterMs: 0,
      source: 'local',
    })
    assert.ok(hasCode(limiter.refusal(await limiter.take('ada')), 'ASHLAR_RATE_LIMITED'))
  })

  test('a store that is slow is waited for so long, and after failures in a row not at all, until it answers', async () => {
    const site = new Site()
    const codes: string[] = []
    using _ = rateStoreFailure.subscribe(({ code }) => codes.push(code))
    const limiter = site.limiter({ onStoreError: 'open', storeTimeoutMs: 80 })
    site.hang()
    for (let call = 0; call < 5; call++) {
      const taken = limiter.take('ada')
      await site.clock.advance(79)
      assert.equal(codes.length, call)
      await site.clock.advance(5)
      assert.equal((await taken).source, 'open')
    }
    assert.equal(site.store.trips, 5)
    assert.equal(admitted(await many(limiter, 100)), 100)
    assert.equal(site.store.trips, 5)
    assert.deepEqual([codes[4], codes[5]], ['ASHLAR_ATTEMPT_TIMEOUT', 'ASHLAR_BREAKER_OPEN'])
    site.store.away = undefined
    await site.clock.advance(1_200)
    assert.equal((await limiter.take('ada')).source, 'store')
    assert.equal((await limiter.take('ada')).source, 'store')
  })

  test('while it is not asked, a closed limiter says when it will be', async () => {
    const site = new Site()
    const breaker = new CircuitBreaker({
      name: 'b',
      ...consecutive(1),
      openMs: 3_000,
      openJitter: 0,
      clock: site.clock,
    })
    const limiter = site.limiter({ breaker })
    site.fail()
    await limiter.take('ada')
    await site.clock.advance(1_000)
    assert.equal((await limiter.take('ada')).retryAfterMs, 2_000)
    // One breaker for all limiters of the store: what one has learnt the other need not.
    assert.equal((await site.limiter({ name: 'other', breaker }).take('ada')).source, 'closed')
    assert.equal(site.store.trips, 1)
  })

  test('an answer that is none is a failure of the store', async () => {
    const site = new Site()
    site.store.away = async () => [] as never
    assert.equal((await site.limiter().take('ada')).source, 'closed')
  })
})

suite('taking of several limiters', () => {
  function two(site: Site, options: Options = {}): [SharedRateLimiter, SharedRateLimiter] {
    return [site.limiter({ name: 'account', ...options }), site.limiter({ name: 'address', limit: 3, ...options })]
  }

  test('takes of all or of none, in one trip, and says which refused', async () => {
    const site = new Site()
    const [account, address] = two(site)
    const sources = (key: string) =>
      SharedRateLimiter.takeAll([
        { limiter: account, key, cost: 2 },
        { limiter: address, key: '::1' },
      ])
    for (const key of ['ada', 'bob', 'cy']) assert.equal(admitted(await sources(key)), 2)
    const refused = await sources('dan')
    assert.deepEqual(
      refused.map(({ allowed, remaining }) => [allowed, remaining]),
      [
        [true, 10],
        [false, 0],
      ],
    )
    assert.deepEqual([account.refused, address.refused], [0, 1])
    assert.equal(site.store.trips, 4)
  })

  test('without the store it is all or none as well', async () => {
    const site = new Site()
    const share = { onStoreError: 'local', instances: 1 } as const
    const [account, address] = two(site, share)
    site.fail()
    const take = (): Promise<SharedRateDecision[]> =>
      SharedRateLimiter.takeAll([
        { limiter: account, key: 'ada', cost: 2 },
        { limiter: address, key: '::1' },
      ])
    for (let call = 0; call < 3; call++) assert.equal(admitted(await take()), 2)
    for (let call = 0; call < 3; call++) {
      const [mine, refused] = await take()
      assert.deepEqual([mine?.allowed, mine?.remaining, refused?.allowed], [true, 4, false])
      assert.ok((refused?.retryAfterMs ?? 0) > 300)
    }
    assert.deepEqual([account.refused, address.refused], [0, 3])
    const closed = site.limiter({ name: 'closed' })
    const decisions = await SharedRateLimiter.takeAll([
      { limiter: account, key: 'ada' },
      { limiter: closed, key: 'ada' },
    ])
    assert.deepEqual(
      decisions.map(({ source, allowed }) => [source, allowed]),
      [
        ['local', true],
        ['closed', false],
      ],
    )
    assert.equal((await account.take('ada')).remaining, 3)
  })

  test('of two stores, or of one key twice, is a mistake', async () => {
    const site = new Site()
    const [account] = two(site)
    const elsewhere = new Site().limiter({ name: 'elsewhere' })
    const apart = SharedRateLimiter.takeAll([
      { limiter: account, key: 'ada' },
      { limiter: elsewhere, key: 'ada' },
    ])
    await assert.rejects(apart, /TypeError: .* one store/)
    const twice = SharedRateLimiter.takeAll([
      { limiter: account, key: 'ada' },
      { limiter: account, key: 'ada' },
    ])
    await assert.rejects(twice, /TypeError: .* different keys/)
  })
})
