import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Policy } from './policy.ts'

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
