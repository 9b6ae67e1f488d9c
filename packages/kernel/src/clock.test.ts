import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseIsoTime, sleep, systemClock, toIsoTime } from './clock.ts'
import { VirtualClock } from './testing/index.ts'

test('sleep resolves when its time has come, and not before', async () => {
  const clock = new VirtualClock()
  let woken = false
  const sleeping = sleep(clock, 1_000).then(() => (woken = true))
  await clock.advance(999)
  assert.equal(woken, false)
  await clock.advance(1)
  await sleeping
  assert.equal(woken, true)
})

test('an aborted sleep rejects with the reason and leaves no timer behind', async () => {
  const clock = new VirtualClock()
  const controller = new AbortController()
  const sleeping = sleep(clock, 1_000, { signal: controller.signal })
  controller.abort(new Error('enough'))
  await assert.rejects(sleeping, /enough/)
  assert.equal(clock.armed, 0)
  await assert.rejects(sleep(clock, 1, { signal: controller.signal }), /enough/)
})

test('virtual timers fire in the order of their times, each at its own time, also when armed on the way', async () => {
  const clock = new VirtualClock()
  const fired: string[] = []
  clock.timer(20, () => fired.push(`b@${clock.now()}`))
  clock.timer(10, () => {
    fired.push(`a@${clock.now()}`)
    clock.timer(5, () => fired.push(`nested@${clock.now()}`))
  })
  clock.timer(30, () => fired.push('cancelled')).cancel()
  await clock.advance(100)
  assert.deepEqual(fired, ['a@10', 'nested@15', 'b@20'])
  assert.equal(clock.now(), 100)
})

test('setting the wall clock moves stamps and leaves durations alone', async () => {
  const clock = new VirtualClock()
  await clock.advance(500)
  clock.setWall(0)
  assert.equal(clock.wall(), 0)
  assert.equal(clock.now(), 500)
})

test('the system clock cancels timers and does not fire at once for delays longer than the platform can hold', async () => {
  let fired = 0
  const far = systemClock.timer(2 ** 40, () => fired++)
  const cancelled = systemClock.timer(0, () => fired++)
  cancelled.cancel()
  await new Promise<void>((resolve) => systemClock.timer(2, resolve))
  far.cancel()
  assert.equal(fired, 0)
})

test('times are written in UTC and read back to the millisecond', () => {
  assert.equal(toIsoTime(1_767_225_600_123), '2026-01-01T00:00:00.123Z')
  assert.equal(parseIsoTime('2026-01-01T01:00:00.123+01:00'), 1_767_225_600_123)
  assert.equal(parseIsoTime('soon'), undefined)
})
