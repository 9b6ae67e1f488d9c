/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { singleFlight } from './single-flight.ts'

test('callers that come meanwhile share one piece of work, later ones start another', async () => {
  let started = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  const work = singleFlight(async () => {
    started++
    await promise
    return started
  })
  const both = Promise.all([work(), work()])
  resolve()
  assert.deepEqual(await both, [1, 1])
  assert.equal(await work(), 2)
})

test('a failure is shared too, and does not stick', async () => {
  let fail = true
  const work = singleFlight(async () => {
    if (fail) throw new Error('no answer')
    return 'fine'
  })
  const outcomes = await Promise.allSettled([work(), work()])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  fail = false
  assert.equal(await work(), 'fine')
})
