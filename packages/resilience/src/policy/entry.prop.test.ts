import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Bulkhead } from '../bulkhead/index.ts'
import { ManualClock } from '../internal/manual-clock.test.support.ts'
import { checkMillionSteps, manySteps } from '../internal/random-steps.test.support.ts'
import type { PolicyEntry } from './entry.ts'
import { half, SickError } from './policy.test.support.ts'
import { policy, type ResiliencePolicy } from './policy.ts'

const maxConcurrent = 3
const probes = 2
const sick = new SickError()
const ends: readonly ((entry: PolicyEntry) => void)[] = [
  (entry) => entry.succeed(),
  (entry) => entry.fail(sick),
  (entry) => entry.abandon(),
  // Twice, which must come to the same as once.
  (entry) => (entry.fail(sick), entry.succeed()),
]
const stateOf = ({ breaker }: ResiliencePolicy): string | undefined => breaker?.state.kind
const step = fc.tuple(fc.constantFrom('enter', 'enter', 'end', 'wait'), fc.nat(1_000))

test('a million random steps: slots are as many as entries, and when all have ended every slot and probe is back', async () => {
  let taken = 0
  const property = fc.property(fc.array(step, manySteps), (script) => {
    const clock = new ManualClock()
    const bulkhead = new Bulkhead({ name: 'p', maxConcurrent, clock })
    const breaker = { minCalls: 4, failureRate: 0.5, openMs: 100, openGrowth: 1, openJitter: 0, probes }
    const guarded = policy('p', { bulkhead, breaker, clock, random: half })
    const underWay: PolicyEntry[] = []
    for (const [kind, which] of script) {
      taken++
      if (kind === 'wait') clock.advance(which % 80)
      else if (kind === 'enter') {
        const state = stateOf(guarded)
        const entry = guarded.tryEnter()
        if (entry.ok) underWay.push(entry)
        else assert.ok(underWay.length === maxConcurrent || state !== 'closed', 'refused for nothing')
      } else if (underWay.length > 0) {
        const [entry] = underWay.splice(which % underWay.length, 1) as [PolicyEntry]
        ends[which % ends.length]!(entry)
      }
      assert.equal(bulkhead.active, underWay.length)
    }
    for (const entry of underWay.splice(0)) entry.abandon()
    assert.equal(bulkhead.active, 0)
    // Whatever has been: after an open period its probes are to be had, all of them, and they close the circuit.
    clock.advance(100)
    for (let probe = 0; probe < probes && stateOf(guarded) !== 'closed'; probe++) {
      const entry = guarded.tryEnter()
      assert.ok(entry.ok)
      entry.succeed()
    }
    assert.equal(stateOf(guarded), 'closed')
  })
  await checkMillionSteps(property, () => taken)
})
