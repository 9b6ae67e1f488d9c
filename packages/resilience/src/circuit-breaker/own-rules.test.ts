import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { breakerOf, isOpen, succeed } from './breaker.test.support.ts'

suite('a rule of its owner', () => {
  test('opens at exactly the stated share, also where their product is a little more than a whole number', async () => {
    const { breaker } = breakerOf({ window: { kind: 'count', calls: 100 }, minCalls: 100, failureRate: 0.07 })
    for (let call = 0; call < 100; call++) {
      const work = call < 93 ? succeed : (): Promise<never> => Promise.reject(new Error('ill'))
      await breaker.run<unknown>(work).catch(() => {})
    }
    assert.equal(breaker.state.kind, 'open')
  })

  test('`isFailure` that throws counts the call as failed, and the caller gets the error of its work', async () => {
    const { breaker } = breakerOf({
      isFailure: (error) => (error as { status: number }).status >= 500,
    })
    for (let call = 0; call < 2; call++) {
      await assert.rejects(
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- libraries do
        breaker.run(() => Promise.reject(undefined)),
        (error) => error === undefined,
      )
    }
    await assert.rejects(breaker.run(succeed), isOpen)
  })
})
