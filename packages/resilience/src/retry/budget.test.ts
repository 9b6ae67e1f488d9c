import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import { RetryBudget } from './budget.ts'

function withdrawn(budget: RetryBudget, times: number): number {
  return Array.from({ length: times }, () => budget.withdraw()).filter(Boolean).length
}

suite('a retry budget', () => {
  test('allows a share of the calls, and so many a second besides', async () => {
    const clock = new VirtualClock()
    const budget = new RetryBudget({ ratio: 0.2, minPerSecond: 10, clock })
    assert.equal(budget.available, 10)
    for (let call = 0; call < 100; call++) budget.deposit()
    assert.equal(budget.available, 30)
    assert.equal(withdrawn(budget, 50), 30)
    assert.equal(budget.exhausted, 20)
    assert.equal(budget.available, 0)
    await clock.advance(500)
    assert.equal(budget.available, 5)
    await clock.advance(60_000)
    assert.equal(budget.available, 10)
  })

  test('halves what was deposited at the end of each period, also of those in which nothing happened', async () => {
    const clock = new VirtualClock()
    const budget = new RetryBudget({ ratio: 1, minPerSecond: 0, ttlMs: 1_000, clock })
    for (let call = 0; call < 80; call++) budget.deposit()
    await clock.advance(999)
    assert.equal(budget.available, 80)
    await clock.advance(1)
    assert.equal(budget.available, 40)
    await clock.advance(2_000)
    assert.equal(budget.available, 10)
    await clock.advance(3_600_000)
    assert.equal(budget.available, 0)
  })

  test('does not halve what is new for the time before it', async () => {
    const clock = new VirtualClock()
    const budget = new RetryBudget({ ratio: 1, minPerSecond: 0, ttlMs: 1_000, clock })
    await clock.advance(10_500)
    for (let call = 0; call < 8; call++) budget.deposit()
    assert.equal(budget.available, 8)
    await clock.advance(500)
    assert.equal(budget.available, 4)
  })

  test('options out of their bounds are refused by name and value', () => {
    for (const [options, message] of [
      [{ ratio: -0.1 }, 'retry budget: ratio must be 0 to 1, got -0.1'],
      [{ ratio: 1.1 }, 'retry budget: ratio must be 0 to 1, got 1.1'],
      [{ minPerSecond: Number.NaN }, 'retry budget: minPerSecond must be 0 to 10000, got NaN'],
      [{ minPerSecond: 10_001 }, 'retry budget: minPerSecond must be 0 to 10000, got 10001'],
      [{ ttlMs: 999 }, 'retry budget: ttlMs must be 1000 to 60000, got 999'],
      [{ ttlMs: 60_001 }, 'retry budget: ttlMs must be 1000 to 60000, got 60001'],
    ] as const) {
      assert.throws(() => new RetryBudget(options), { name: 'RangeError', message })
    }
    for (const options of [{ ratio: 0 }, { ratio: 1 }, { minPerSecond: 10_000 }, { ttlMs: 1_000 }, { ttlMs: 60_000 }]) {
      assert.doesNotThrow(() => new RetryBudget(options))
    }
  })
})
