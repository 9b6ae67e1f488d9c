import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import { every } from './every.ts'

test('work runs once an interval, also after a run that failed, and never after draining', async () => {
  const clock = new VirtualClock()
  const failures: unknown[] = []
  let runs = 0
  const job = every(
    { clock, intervalMs: 1_000, timeoutMs: 500, onError: (error) => failures.push(error) },
    async () => {
      runs += 1
      if (runs === 1) throw new Error('first run fails')
    },
  )
  await clock.advance(3_000)
  assert.equal(runs, 3)
  assert.equal(failures.length, 1)
  await job.drain?.(new AbortController().signal)
  await clock.advance(5_000)
  assert.equal(runs, 3)
  assert.equal(clock.armed, 0)
})

test('a run that hangs is cut off, and the next one comes', async () => {
  const clock = new VirtualClock()
  const failures: unknown[] = []
  let runs = 0
  const job = every({ clock, intervalMs: 1_000, timeoutMs: 500, onError: (error) => failures.push(error) }, () => {
    runs += 1
    return new Promise(() => {})
  })
  await clock.advance(2_500)
  assert.equal(runs, 2)
  assert.equal(failures.length, 1)
  await job[Symbol.asyncDispose]()
  assert.equal(failures.length, 1, 'being stopped is no failure')
  assert.equal(clock.armed, 0)
})
