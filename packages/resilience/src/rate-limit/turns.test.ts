import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { currentCall, runCall, type Clock, type Timer } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { RateLimiter } from './rate-limiter.ts'

/** A clock whose timers are as late as the test wants them. */
class LateClock implements Clock {
  nowMs = 0
  /** Whether a timer was set as part of a call. */
  hasBeenOfACall = false
  /** Lets promises settle. */
  readonly #others = new VirtualClock()
  readonly armed = new Set<{ readonly delayMs: number; readonly run: () => void }>()

  now(): number {
    return this.nowMs
  }

  wall(): number {
    return this.nowMs
  }

  timer(delayMs: number, run: () => void): Timer {
    this.hasBeenOfACall ||= currentCall() !== undefined
    const timer = { delayMs, run }
    this.armed.add(timer)
    return { cancel: () => void this.armed.delete(timer) }
  }

  immediate(run: () => void): Timer {
    return this.timer(0, run)
  }

  /** Fires what is armed now, and lets those who waited for it go on. */
  async fire(): Promise<void> {
    const due = [...this.armed]
    this.armed.clear()
    for (const timer of due) timer.run()
    await this.#others.advance(0)
  }
}

/** Ten calls a second. */
function limiterOf<C extends Clock>(clock: C, burst: number): { clock: C; limiter: RateLimiter } {
  return { clock, limiter: new RateLimiter({ name: 'login', limit: 10, perMs: 1_000, burst, clock }) }
}

function waitIn(limiter: RateLimiter, went: string[]): (name: string, cost?: number) => AbortController {
  return (name, cost = 1) => {
    const caller = new AbortController()
    const { signal } = caller
    limiter.wait('ann', { cost, maxWaitMs: 60_000, signal }).then(
      () => went.push(name),
      () => went.push(`${name} left`),
    )
    return caller
  }
}

suite('the line before a limiter', () => {
  test('who gives up gives the call back, and those behind move up', async () => {
    const { clock, limiter } = limiterOf(new VirtualClock(), 2)
    const went: string[] = []
    const wait = waitIn(limiter, went)
    wait('a', 2)
    const b = wait('b', 2)
    wait('c', 0.5)
    await clock.advance(50)
    assert.deepEqual(went, ['a'])
    b.abort(new Error('gone'))
    await clock.advance(0)
    assert.deepEqual(went, ['a', 'b left', 'c'])
    assert.equal(limiter.take('ann', 1), 100)
  })

  test('whoever leaves before others were told of it does not let two go for one', async () => {
    const { clock, limiter } = limiterOf(new VirtualClock(), 2)
    const went: string[] = []
    const wait = waitIn(limiter, went)
    wait('a', 1)
    wait('b', 1)
    const c = wait('c', 2)
    const d = wait('d', 2)
    d.abort(new Error('gone'))
    c.abort(new Error('gone'))
    wait('e', 0.5)
    wait('f', 2)
    await clock.advance(50)
    assert.deepEqual(went.slice(2), ['d left', 'c left', 'e'])
    await clock.advance(199)
    assert.equal(went.length, 5)
    await clock.advance(1)
    assert.equal(went.at(-1), 'f')
  })

  test('a timer that is late lets go whoever the bucket has enough for, and no more', async () => {
    const { clock, limiter } = limiterOf(new LateClock(), 2)
    const went: string[] = []
    const wait = waitIn(limiter, went)
    for (const name of ['a', 'b', 'c', 'd', 'e']) wait(name)
    clock.nowMs = 1_000
    await clock.fire()
    assert.deepEqual(went, ['a', 'b', 'c', 'd'])
    assert.deepEqual(
      [...clock.armed].map(({ delayMs }) => delayMs).filter((delayMs) => delayMs > 10),
      [100],
    )
    clock.nowMs = 1_100
    await clock.fire()
    assert.equal(went.at(-1), 'e')
    assert.equal(limiter.take('ann'), 100)
  })

  test('a timer that is early is set again for what is left', async () => {
    const { clock, limiter } = limiterOf(new LateClock(), 1)
    const went: string[] = []
    const wait = waitIn(limiter, went)
    wait('a')
    wait('b')
    clock.nowMs = 99.5
    await clock.fire()
    assert.deepEqual(went, ['a'])
    clock.nowMs = 100
    await clock.fire()
    assert.deepEqual(went, ['a', 'b'])
  })

  test('whoever comes while the first is due but not told goes behind it', async () => {
    const { clock, limiter } = limiterOf(new LateClock(), 1)
    const went: string[] = []
    const wait = waitIn(limiter, went)
    wait('a')
    wait('b')
    clock.nowMs = 5_000
    wait('c')
    await clock.fire()
    assert.deepEqual(went, ['a', 'b'])
    clock.nowMs = 5_100
    await clock.fire()
    assert.deepEqual(went, ['a', 'b', 'c'])
  })

  test('whoever does not wait takes nothing from those who are due but not told', async () => {
    const { clock, limiter } = limiterOf(new LateClock(), 2)
    const went: string[] = []
    const wait = waitIn(limiter, went)
    for (const name of ['a', 'b', 'c', 'd', 'e']) wait(name)
    await clock.fire()
    clock.nowMs = 5_000
    assert.equal(limiter.peek('ann').remaining, 0)
    assert.equal(limiter.take('ann'), 200)
    await assert.rejects(limiter.wait('ann', { maxWaitMs: 199 }), { code: 'ASHLAR_RATE_LIMITED', retryAfterMs: 200 })
    await clock.fire()
    assert.deepEqual(went, ['a', 'b', 'c', 'd'])
    clock.nowMs = 5_100
    await clock.fire()
    assert.deepEqual(went, ['a', 'b', 'c', 'd', 'e'])
    assert.equal(limiter.take('ann'), 100)
  })

  test('whoever waits gets the whole burst at once, also where the sum of it is off in the last digit', async () => {
    for (const nowMs of [0.1, 16_383.7, 70_000.3, 99_999.9]) {
      for (const limit of [3, 7, 10, 30]) {
        const clock = new LateClock()
        clock.nowMs = nowMs
        const limiter = new RateLimiter({ name: 'login', limit, perMs: 1_000, burst: 7, clock })
        for (let count = 0; count < 7; count++) await limiter.wait('ann', { maxWaitMs: 0 })
        assert.equal(limiter.refused, 0)
      }
    }
  })

  test('a line is of no call, so that none is held for as long as others wait', async () => {
    const { clock, limiter } = limiterOf(new LateClock(), 1)
    const went: string[] = []
    await runCall({ parent: null, clock: new VirtualClock() }, async () => {
      for (const name of ['a', 'b', 'c']) waitIn(limiter, went)(name)
      clock.nowMs = 100
      await clock.fire()
    })
    assert.deepEqual([went, clock.hasBeenOfACall], [['a', 'b'], false])
  })

  test('no more wait than may, whatever they wait for; who has gone or left makes room', async () => {
    const clock = new VirtualClock()
    const limiter = new RateLimiter({ name: 'login', limit: 10, perMs: 1_000, burst: 1, maxWaiting: 2, clock })
    const wait = (key: string, signal?: AbortSignal): Promise<void> =>
      limiter.wait(key, { maxWaitMs: 60_000, ...(signal === undefined ? {} : { signal }) })
    const full = { code: 'ASHLAR_RATE_LIMITED' }
    const caller = new AbortController()
    for (const key of ['ann', 'bob', 'cid']) await wait(key)
    const left = assert.rejects(wait('ann', caller.signal), /gone/)
    const first = wait('bob')
    await assert.rejects(wait('cid'), { ...full, retryAfterMs: 100 })
    assert.equal(limiter.take('dan'), 0)
    caller.abort(new Error('gone'))
    await left
    const second = wait('cid')
    await assert.rejects(wait('bob'), full)
    await clock.advance(100)
    await Promise.all([first, second])
    const third = wait('ann')
    await clock.advance(100)
    await third
    assert.equal(limiter.refused, 2)
  })

  test('the end of the current call ends the wait, where no signal is given', async () => {
    const { clock, limiter } = limiterOf(new VirtualClock(), 1)
    limiter.take('ann')
    const call = runCall({ clock, timeoutMs: 40 }, () => limiter.wait('ann', { maxWaitMs: 1_000 }))
    const ended = assert.rejects(call, { code: 'ASHLAR_DEADLINE_EXCEEDED' })
    await clock.advance(40)
    await ended
    await clock.advance(60)
    assert.equal(limiter.take('ann'), 0)
  })

  test('a key that somebody waits for is not forgotten for another', async () => {
    const clock = new VirtualClock()
    const limiter = new RateLimiter({ name: 'login', limit: 10, perMs: 1_000, burst: 1, maxKeys: 1, clock })
    const went: string[] = []
    waitIn(limiter, went)('a')
    waitIn(limiter, went)('b')
    limiter.take('bob')
    assert.equal(limiter.take('ann'), 200)
    assert.equal(limiter.peek('ann').resetMs, 200)
    await clock.advance(99)
    assert.deepEqual(went, ['a'])
    await clock.advance(1)
    assert.deepEqual(went, ['a', 'b'])
  })
})
