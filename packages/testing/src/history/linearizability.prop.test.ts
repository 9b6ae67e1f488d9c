import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomInteger } from '@ashlar/kernel'
import { seededRandom } from '@ashlar/kernel/testing'
import * as fc from 'fast-check'
import { anyOrderExplains } from './brute-force.test.support.ts'
import {
  checkLinearizable,
  History,
  registerModel,
  type Operation,
  type Outcome,
  type RegisterInput,
  type RegisterValue,
} from './index.ts'

type RegisterOperation = Operation<RegisterInput, RegisterValue>

const value = fc.constantFrom(0, 1)
const input: fc.Arbitrary<RegisterInput> = fc.oneof(
  fc.record({ kind: fc.constant('read' as const) }),
  fc.record({ kind: fc.constant('write' as const), value }),
  fc.record({ kind: fc.constant('cas' as const), expected: value, value }),
)
const ending = fc.oneof({ weight: 5, arbitrary: fc.constant('ok' as const) }, fc.constantFrom('unknown', 'fail'))

/** Up to six operations with any overlaps, ends and answers. */
const smallHistory: fc.Arbitrary<RegisterOperation[]> = fc
  .array(fc.record({ input, ending, value, swapped: fc.boolean() }), { minLength: 1, maxLength: 6 })
  .chain((drafts) => {
    const moments = drafts.flatMap((_, index) => [index, index])
    return fc.shuffledSubarray(moments, { minLength: moments.length }).map((order) =>
      drafts.map((draft, index): RegisterOperation => {
        const output = draft.input.kind === 'cas' ? draft.swapped : draft.value
        const at = order.lastIndexOf(index)
        const outcome: Outcome<RegisterValue> =
          draft.ending === 'ok'
            ? { kind: 'ok', at, output }
            : draft.ending === 'fail'
              ? { kind: 'fail', at }
              : { kind: 'unknown' }
        return {
          id: index + 1,
          process: `p${index}`,
          key: 'x',
          input: draft.input,
          invokedAt: order.indexOf(index),
          outcome,
        }
      }),
    )
  })

test('the checker says of every small history what trying all orders says', () => {
  const model = registerModel(0)
  const verdicts = { holds: 0, broken: 0 }
  fc.assert(
    fc.property(smallHistory, (operations) => {
      const expected = anyOrderExplains(operations, model)
      verdicts[expected ? 'holds' : 'broken'] += 1
      assert.deepEqual(
        checkLinearizable(operations, model).map(({ kind }) => kind),
        expected ? [] : ['not linearizable'],
      )
    }),
    { numRuns: 3_000 },
  )
  assert.ok(verdicts.holds > 500 && verdicts.broken > 500, `both kinds were tried: ${JSON.stringify(verdicts)}`)
})

/**
 * What eight processes saw of a correct register, each operation taking effect at some moment while it is under way, and
 * some of them never saying so.
 */
function correctHistory(seed: number, operations: number, unknownShare: number): History<RegisterInput, RegisterValue> {
  const random = seededRandom(seed)
  const history = new History<RegisterInput, RegisterValue>()
  const model = registerModel(0)
  let state: RegisterValue = 0
  const running: { step: () => void; left: number }[] = []
  const begin = (): void => {
    const kind = (['read', 'write', 'cas'] as const)[randomInteger(random, 3)] ?? 'read'
    const request: RegisterInput = { kind, value: randomInteger(random, 3), expected: randomInteger(random, 3) }
    const invocation = history.invoke({ process: 'p', key: 'x', input: request })
    let output: RegisterValue
    const apply = (): void => {
      output = request.kind === 'read' ? state : request.kind === 'cas' ? state === request.expected : undefined
      state = model.apply(state, request, undefined)?.state
    }
    const end = (): void => (random.next() < unknownShare ? invocation.info() : invocation.ok(output))
    const steps = [end, apply]
    running.push({ step: () => steps.pop()?.(), left: 2 })
  }
  for (let begun = 0; begun < operations || running.length > 0;) {
    if (begun < operations && (running.length === 0 || (running.length < 8 && random.next() < 0.5))) {
      begin()
      begun += 1
      continue
    }
    const index = randomInteger(random, running.length)
    const one = running[index]
    one?.step()
    if (one !== undefined && --one.left === 0) running.splice(index, 1)
  }
  return history
}

test('a correct register passes, however its operations overlap, in histories of hundreds', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const operations = correctHistory(seed, 300, 0.05).operations()
    assert.deepEqual(checkLinearizable(operations, registerModel(0)), [], `seed ${seed}`)
  }
})

test('one value that was never written, anywhere in a long correct history, is found', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const operations = correctHistory(seed, 200, 0.01).operations()
    const reads = operations.filter((one) => one.input.kind === 'read' && one.outcome.kind === 'ok')
    const victim = reads[randomInteger(seededRandom(seed), reads.length)]
    const spoilt = operations.filter((one) => one !== victim)
    if (victim?.outcome.kind === 'ok') spoilt.push({ ...victim, outcome: { ...victim.outcome, output: 99 } })
    const [violation, ...more] = checkLinearizable(spoilt, registerModel(0))
    assert.equal(violation?.kind, 'not linearizable', `seed ${seed}`)
    assert.deepEqual(more, [])
  }
})
