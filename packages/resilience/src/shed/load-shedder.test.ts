import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { AshlarError, CancelledError, hasCode, runCall } from '@ashlar/kernel'
import { seededRandom, VirtualClock } from '@ashlar/kernel/testing'
import { policy } from '../policy/policy.ts'
import { LoadShedError } from './errors.ts'
import { loadShed, type LoadShed } from './events.ts'
import { LoadShedder, type LoadShedderOptions } from './load-shedder.ts'

function shedderOf(options: Partial<LoadShedderOptions> = {}): { clock: VirtualClock; shedder: LoadShedder } {
  const clock = new VirtualClock()
  const random = seededRandom(1)
  return { clock, shedder: new LoadShedder({ name: 'bank', windowMs: 10_000, clock, random, ...options }) }
}

/** So many calls at 100 a second to a dependency that accepts the first `capacity` of each ten; how many were sent. */
async function call(clock: VirtualClock, shedder: LoadShedder, calls: number, capacity: number): Promise<number> {
  let sent = 0
  for (let ten = 0; ten < calls / 10; ten++) {
    let accepted = 0
    for (let one = 0; one < 10; one++) {
      if (!shedder.admits()) continue
      sent++
      shedder.record(accepted++ < capacity)
    }
    await clock.advance(100)
  }
  return sent
}

suite('a load shedder', () => {
  test('sends everything to a dependency that accepts at least one call in K', async () => {
    const { clock, shedder } = shedderOf()
    assert.equal(await call(clock, shedder, 1_000, 10), 1_000)
    assert.equal(await call(clock, shedder, 1_000, 6), 1_000)
    assert.equal(shedder.share, 0)
  })

  test('sends an overloaded dependency about K times what it accepts', async () => {
    const { clock, shedder } = shedderOf()
    await call(clock, shedder, 2_000, 2)
    const sent = await call(clock, shedder, 4_000, 2)
    assert.ok(sent > 4_000 * 0.35 && sent < 4_000 * 0.5, `${sent} of 4000 sent`)
  })

  test('sends a few to one that accepts nothing, and sends all again when it has recovered', async () => {
    const { clock, shedder } = shedderOf()
    await call(clock, shedder, 2_000, 0)
    const sent = await call(clock, shedder, 1_000, 0)
    assert.ok(sent > 20 && sent < 90, `${sent} of 1000 sent`)
    await call(clock, shedder, 6_000, 10)
    assert.equal(shedder.share, 0)
    assert.equal(await call(clock, shedder, 1_000, 10), 1_000)
  })

  test('forgets what lies behind the window', async () => {
    const { clock, shedder } = shedderOf()
    await call(clock, shedder, 1_000, 0)
    assert.ok(shedder.share > 0.9)
    await clock.advance(11_000)
    assert.equal(shedder.share, 0)
    assert.equal(shedder.admits(), true)
  })

  test('a few calls say nothing', () => {
    const { shedder } = shedderOf({ minCalls: 20 })
    for (let failure = 0; failure < 19; failure++) shedder.record(false)
    assert.equal(shedder.share, 0)
    shedder.record(false)
    assert.ok(shedder.share > 0.9)
  })

  test('the same seed sheds the same calls', async () => {
    const runs = await Promise.all(
      [1, 2].map(async () => {
        const { clock, shedder } = shedderOf({ random: seededRandom(9) })
        return call(clock, shedder, 1_000, 1)
      }),
    )
    assert.equal(runs[0], runs[1])
  })

  test('options that make no sense are refused by name and value', () => {
    assert.throws(() => shedderOf({ overcommit: 1 }), /overcommit must be 1.1 to 10, got 1/)
    assert.throws(() => shedderOf({ windowMs: Number.NaN }), /windowMs .* got NaN/)
    assert.throws(() => shedderOf({ minCalls: 0.5 }), /minCalls .* got 0.5/)
    assert.throws(() => shedderOf({ minCalls: 1.5 }), /minCalls must be a whole number, got 1.5/)
    assert.throws(() => shedderOf({ maxShare: 1 }), /maxShare must be 0.01 to 0.999, got 1/)
  })
})

class SickError extends AshlarError {
  readonly code = 'TEST_SICK' as const
  readonly retryable: boolean
  constructor(retryable: boolean) {
    super('ill')
    this.retryable = retryable
  }
}

suite('shedding in a policy', () => {
  const shed = { minCalls: 10, maxShare: 0.999 } as const
  const always = { next: () => 0, fill: (bytes: Uint8Array) => bytes }

  test('refuses without calling the dependency, nor asking the rate limit, and says so', async () => {
    const seen: LoadShed[] = []
    using _ = loadShed.subscribe((event) => void seen.push(event))
    let taken = 0
    const rateLimit = { take: () => (taken++, 0), refusal: () => new Error('never') }
    const bank = policy('bank', { shed, rateLimit, clock: new VirtualClock(), random: always })
    for (let failure = 0; failure < 10; failure++) {
      await assert.rejects(
        bank.run(() => Promise.reject(new SickError(true))),
        /ill/,
      )
    }
    const refused = bank.run(async () => 'never called')
    await assert.rejects(refused, (error) => error instanceof LoadShedError && error.retryable && error.share > 0.8)
    assert.equal(taken, 10)
    assert.equal(bank.counters.refused, 1)
    assert.equal(seen.length, 1)
  })

  for (const error of [
    new SickError(false),
    new CancelledError(),
    Object.assign(new Error('full'), { code: 'ASHLAR_BULKHEAD_FULL', retryable: true }),
  ]) {
    test(`does not count what says nothing of overload, or that there is none: ${error.name}, ${error.message}`, async () => {
      const bank = policy('bank', { shed, clock: new VirtualClock(), random: always })
      for (let nth = 0; nth < 20; nth++) await assert.rejects(bank.run(() => Promise.reject(error)))
      assert.equal(await bank.run(async () => 'sent'), 'sent')
    })
  }

  test('does not count callers that leave, but those whose deadline passes', async () => {
    const clock = new VirtualClock()
    const bank = policy('bank', { shed, clock, random: always })
    for (let nth = 0; nth < 20; nth++) {
      const caller = new AbortController()
      const left = assert.rejects(bank.run(() => new Promise(() => {}), { signal: caller.signal }))
      caller.abort()
      await left
    }
    const tooLate = Array.from({ length: 10 }, () =>
      runCall({ timeoutMs: 100, clock }, () => bank.run(() => new Promise(() => {}))),
    )
    const all = Promise.allSettled(tooLate)
    assert.equal(bank.counters.refused, 0)
    await clock.advance(110)
    await all
    await assert.rejects(
      bank.run(async () => 'never called'),
      (reason) => hasCode(reason, 'ASHLAR_LOAD_SHED'),
    )
  })

  test('attempts that time out count', async () => {
    const clock = new VirtualClock()
    const bank = policy('bank', { shed, attemptTimeoutMs: 100, clock, random: always })
    const all = Promise.allSettled(Array.from({ length: 10 }, () => bank.run(() => new Promise(() => {}))))
    await clock.advance(120)
    await all
    await assert.rejects(
      bank.run(async () => {}),
      (error) => hasCode(error, 'ASHLAR_LOAD_SHED'),
    )
  })
})
