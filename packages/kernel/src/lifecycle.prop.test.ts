import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { hasCode } from './errors.ts'
import { closeAll, type Closeable } from './lifecycle.ts'
import { VirtualClock } from './testing/index.ts'

const part = fc.record({
  drain: fc.constantFrom('none', 'ends', 'fails', 'hangs'),
  dispose: fc.constantFrom('ends', 'fails'),
})

test('whatever the parts do, each drains and is then disposed of once, in reverse, and every failure is told', async () => {
  const property = fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (plans) => {
    const clock = new VirtualClock()
    const log: string[] = []
    const parts = plans.map((plan, index): Closeable => {
      const drain = (): Promise<void> => {
        log.push(`drain ${index}`)
        if (plan.drain === 'hangs') return new Promise(() => {})
        return plan.drain === 'fails' ? Promise.reject(new Error(`drain ${index}`)) : Promise.resolve()
      }
      return {
        ...(plan.drain === 'none' ? {} : { drain }),
        async [Symbol.asyncDispose]() {
          log.push(`dispose ${index}`)
          if (plan.dispose === 'fails') throw new Error(`dispose ${index}`)
        },
      }
    })
    const app = closeAll(parts, { clock, drainTimeoutMs: 100 })
    const closings = [app.close(), app.close()].map((closing) => closing.catch((error: unknown) => error))
    await clock.advance(100)
    const [error] = await Promise.all(closings)

    const expected = model(plans)
    assert.deepEqual(log, expected.log)
    if (expected.failures.length === 0) assert.equal(error, undefined)
    else {
      assert.ok(hasCode(error, 'ASHLAR_COMBINED'))
      const { errors } = error as unknown as { errors: Error[] }
      assert.deepEqual(
        errors.map(({ message }) => message),
        expected.failures,
      )
    }
    assert.equal(clock.armed, 0)
  })
  await fc.assert(property, { numRuns: 300 })
})

function model(plans: readonly { drain: string; dispose: string }[]): { log: string[]; failures: string[] } {
  const reversed = [...plans.entries()].toReversed()
  const draining = reversed.filter(([, plan]) => plan.drain !== 'none')
  // Once one hangs, the time is up: what drains after it is asked to, but not waited for, and its failure is the end.
  const hanging = draining.findIndex(([, plan]) => plan.drain === 'hangs')
  const waitedFor = hanging < 0 ? draining : draining.slice(0, hanging)
  return {
    log: [...draining.map(([index]) => `drain ${index}`), ...reversed.map(([index]) => `dispose ${index}`)],
    failures: [
      ...waitedFor.filter(([, plan]) => plan.drain === 'fails').map(([index]) => `drain ${index}`),
      ...reversed.filter(([, plan]) => plan.dispose === 'fails').map(([index]) => `dispose ${index}`),
    ],
  }
}
