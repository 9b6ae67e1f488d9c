import assert from 'node:assert/strict'
import { test } from 'node:test'
import { markRetried, wasRetried, type Policy } from './policy.ts'

test('policies compose as functions do, and the types of the work’s result survive', async () => {
  const never = new AbortController().signal
  const twice: Policy = async (work) => {
    try {
      return await work({ signal: never, attempt: 1 })
    } catch {
      return work({ signal: never, attempt: 2 })
    }
  }
  const counted: number[] = []
  const counting: Policy = (work) =>
    twice((call) => {
      counted.push(call.attempt)
      return work(call)
    })
  const result: string = await counting(async ({ attempt }) => {
    if (attempt === 1) throw new Error('not yet')
    return `attempt ${attempt}`
  })
  assert.equal(result, 'attempt 2')
  assert.deepEqual(counted, [1, 2])
})

test('that a call was repeated is known of the error it failed with, frozen or not, and of no other', () => {
  const [error, other] = [Object.freeze(new Error('away')), new Error('away')]
  markRetried(error)
  assert.deepEqual([error, other, { ...error }].map(wasRetried), [true, false, false])
  for (const thrown of ['away', 7, null, undefined]) {
    markRetried(thrown)
    assert.equal(wasRetried(thrown), false)
  }
})
