import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { Life } from './life.ts'

test('a killed process takes no step any more: no timer fires in it, and nothing it waits for comes', async () => {
  const clock = new VirtualClock()
  const life = new Life(clock)
  const steps: string[] = []
  life.clock.timer(10, () => steps.push('timer'))
  void life.run(() => sleep(clock, 10)).then(() => steps.push('answer'))
  await clock.advance(5)
  life.end()
  life.step(() => steps.push('message'))
  life.clock.timer(1, () => steps.push('another timer'))
  void life.run(async () => steps.push('another answer'))
  await clock.advance(100)
  assert.deepEqual(steps, [])
})

test('a stalled process takes the steps that it has missed when it goes on, in their order', async () => {
  const clock = new VirtualClock()
  const life = new Life(clock)
  const steps: string[] = []
  life.clock.timer(20, () => steps.push(`timer at ${clock.now()}`))
  const timer = life.clock.timer(30, () => steps.push('cancelled timer'))
  life.stall()
  await clock.advance(10)
  life.step(() => steps.push('message'))
  await clock.advance(90)
  assert.deepEqual(steps, [])
  timer.cancel()
  life.goOn()
  assert.deepEqual(steps, ['message', 'timer at 100'])
})

test('a process that is killed while it stalls has missed nothing', async () => {
  const life = new Life(new VirtualClock())
  life.stall()
  life.step(() => assert.fail('it took a step'))
  life.end()
  life.goOn()
  assert.equal(life.state, 'over')
})
