import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { breakerOf, open, succeed } from './breaker.test.support.ts'
import type { CircuitBreaker } from './circuit-breaker.ts'

suite('the deadline of a probe', () => {
  test('is not put off by others whose callers leave', async () => {
    const { clock, breaker } = breakerOf({ probes: 3, probeDeadlineMs: 1_000 })
    await open(breaker)
    await clock.advance(1_000)
    assert.ok(breaker.tryEnter(), 'one that never ends')
    for (let other = 0; other < 3; other++) {
      await clock.advance(300)
      breaker.tryEnter()?.ignore()
    }
    assert.equal(breaker.state.kind, 'half-open')
    await clock.advance(100)
    assert.equal(breaker.state.kind, 'open')
  })

  test('begins anew with one that has no other beside it, and with each success', async () => {
    const { clock, breaker } = breakerOf({ probes: 4, probeDeadlineMs: 1_000 })
    await open(breaker)
    await clock.advance(1_000)
    breaker.tryEnter()?.ignore()
    await clock.advance(900)
    const late = enter(breaker)
    await clock.advance(900)
    assert.equal(breaker.state.kind, 'half-open')
    const later = enter(breaker)
    late.success()
    await clock.advance(900)
    assert.equal(breaker.state.kind, 'half-open')
    later.success()
    await breaker.run(succeed)
    await breaker.run(succeed)
    assert.equal(breaker.state.kind, 'closed')
  })
})

function enter(breaker: CircuitBreaker): NonNullable<ReturnType<CircuitBreaker['tryEnter']>> {
  const permit = breaker.tryEnter()
  assert.ok(permit)
  return permit
}
