import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CancelledError, markRetried } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { BreakerOpenError } from '../circuit-breaker/errors.ts'
import { decideRetry, type FailedAttempt } from './decide.ts'
import { retrySettings, type RetryOptions } from './options.ts'

class SickError extends Error {
  readonly retryable = true
}

function decide(failed: Partial<FailedAttempt>, options: Partial<RetryOptions> = {}): ReturnType<typeof decideRetry> {
  const clock = new VirtualClock()
  const settings = retrySettings({ idempotent: true, clock, ...options })
  return decideRetry(
    { error: new SickError(), attempt: 1, nextDelayMs: () => 50, remainingMs: undefined, ...failed },
    settings,
  )
}

suite('a call that failed', () => {
  test('is tried again after the next delay of its sequence', () => {
    assert.equal(decide({}), 50)
  })

  test('is not where the error does not say that it may be', () => {
    for (const error of [new Error('broken'), 'broken', 7, null, undefined, { retryable: 'yes' }]) {
      assert.equal(decide({ error }), 'not-retryable')
    }
    assert.equal(decide({ error: { retryable: true } }), 50)
  })

  test('is not where the caller’s own rule says no, whatever it was that was thrown', () => {
    assert.equal(decide({ error: 'broken' }, { isRetryable: (error) => error === 'broken' }), 50)
    assert.equal(decide({ error: null }, { isRetryable: () => true }), 50)
    assert.equal(decide({}, { isRetryable: () => false }), 'not-retryable')
    const broken = (error: unknown): boolean => (error as { status: number }).status === 503
    assert.equal(decide({ error: undefined }, { isRetryable: broken }), 'not-retryable')
  })

  test('is not where somebody further in has tried again already', () => {
    const error = new SickError()
    markRetried(error)
    assert.equal(decide({ error }), 'already-retried')
    for (const thrown of ['broken', null, undefined, 7]) markRetried(thrown)
    assert.equal(decide({ error: 'broken' }, { isRetryable: () => true }), 50)
  })

  test('is not where it may not be done twice, unless it was refused before it began', () => {
    const refusal = new BreakerOpenError({ breaker: 'bank', retryAfterMs: 10 })
    assert.equal(decide({}, { idempotent: false }), 'not-idempotent')
    assert.equal(decide({ error: refusal }, { idempotent: false }), 50)
    const cancelled = { error: new CancelledError() }
    assert.equal(decide(cancelled, { idempotent: false }), 'not-retryable')
    // What was told to stop may have done half of it.
    assert.equal(decide(cancelled, { idempotent: false, isRetryable: () => true }), 'not-idempotent')
  })

  test('is not beyond the stated attempts', () => {
    assert.equal(decide({ attempt: 2 }, { maxAttempts: 3 }), 50)
    assert.equal(decide({ attempt: 3 }, { maxAttempts: 3 }), 'attempts')
  })

  test('is not when its next attempt would begin at the deadline or after it', () => {
    assert.equal(decide({ remainingMs: 51 }), 50)
    assert.equal(decide({ remainingMs: 50 }), 'deadline')
    assert.equal(decide({ remainingMs: 0 }), 'deadline')
  })

  test('waits for as long as the callee asks, and not at all again when it asks for that', () => {
    const asking = (retryAfterMs: unknown): Error => Object.assign(new SickError(), { retryAfterMs })
    assert.equal(decide({ error: asking(2_000) }), 2_000)
    assert.equal(decide({ error: asking(20) }), 50)
    assert.equal(decide({ error: asking(0) }), 50)
    assert.equal(decide({ error: asking(-1) }), 'push-back')
    assert.equal(decide({ error: asking(Infinity) }), 'push-back')
    for (const nonsense of [Number.NaN, '2000', undefined, null]) assert.equal(decide({ error: asking(nonsense) }), 50)
  })

  test('takes one from the budget when it is tried again, and nothing when it is not', () => {
    const clock = new VirtualClock()
    const settings = retrySettings({ idempotent: true, clock, budget: { ratio: 0, minPerSecond: 2 } })
    const failed = { error: new SickError(), nextDelayMs: () => 50, remainingMs: undefined }
    assert.equal(decideRetry({ ...failed, attempt: 9 }, settings), 'attempts')
    assert.equal(decideRetry({ ...failed, attempt: 1, remainingMs: 10 }, settings), 'deadline')
    assert.equal(settings.budget.available, 2)
    for (const wanted of [50, 50, 'budget']) assert.equal(decideRetry({ ...failed, attempt: 1 }, settings), wanted)
  })
})
