import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '@ashlar/kernel'
import * as fc from 'fast-check'
import { formatFaults, parseFaults, type FaultRule } from './index.ts'

const plain = { noNullPrototype: true }
const action = fc.oneof(
  fc.constantFrom({ kind: 'crash' } as const, { kind: 'hang' } as const, { kind: 'throw' } as const),
  fc.record({ kind: fc.constant('delay' as const), delayMs: fc.double({ min: 0, max: 1e9, noNaN: true }) }, plain),
)
const point = fc.stringMatching(/^[a-z]+:[a-z-]+\*?$/)
const rule: fc.Arbitrary<FaultRule> = fc.oneof(
  fc.record({ point, action }, plain),
  fc.record({ point, action, at: fc.integer({ min: 1 }) }, plain),
  fc.record({ point, action, probability: fc.double({ min: 1e-9, max: 1, noNaN: true }) }, plain),
)

test('every plan survives being handed over as text', () => {
  fc.assert(
    fc.property(fc.array(rule), fc.nat(), (rules, seed) => {
      assert.deepEqual(parseFaults(formatFaults({ rules, seed })), { rules, seed })
    }),
    { numRuns: 500 },
  )
})

test('text is read as it is documented, and no text is no faults', () => {
  assert.deepEqual(parseFaults('seed=7; sql:batch-flushed@3=crash; outbox:*%0.1=delay:50; wake:told=throw'), {
    seed: 7,
    rules: [
      { point: 'sql:batch-flushed', action: { kind: 'crash' }, at: 3 },
      { point: 'outbox:*', action: { kind: 'delay', delayMs: 50 }, probability: 0.1 },
      { point: 'wake:told', action: { kind: 'throw' } },
    ],
  })
  assert.deepEqual(parseFaults(''), { seed: 1, rules: [] })
})

test('text that is wrong is refused with every mistake in it', () => {
  assert.throws(
    () => parseFaults('a:b@0=crash; a:b=explode; a:b@2=hang; a:b%2=hang; seed=x'),
    (error) =>
      hasCode(error, 'ASHLAR_INVALID_INPUT') &&
      /"a:b@0=crash" at must be.*"a:b=explode" must look like.*"a:b%2=hang" probability.*"seed=x" must/.test(
        error.message,
      ),
  )
})
