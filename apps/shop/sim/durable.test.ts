import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode, runCall } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { Chance } from './chance.ts'
import { durable } from './durable.ts'
import { Life } from './life.ts'

/** A counter that a process counts up, and what came of each time that it did. */
function rig(failure = 0, onSend: (life: Life) => void = () => {}) {
  const clock = new VirtualClock()
  const life = new Life(clock)
  const stored = { count: 0 }
  const counter = { add: async (by: number) => (stored.count += by) }
  const process = durable(counter, 'counter', {
    life,
    clock,
    chance: new Chance(1, 'counter'),
    failure: () => failure,
    onSend: () => onSend(life),
    onStored() {},
  })
  const outcomes: string[] = []
  const add = (): void => {
    const outcome = process
      .add(1)
      .then(String, (error: unknown) => (hasCode(error, 'ASHLAR_SQL_UNAVAILABLE') ? 'lost' : 'no'))
    void outcome.then((text) => outcomes.push(text))
  }
  return { clock, life, stored, add, outcomes }
}

test('a statement that was sent takes effect, though its process is dead by then and never learns of it', async () => {
  const { clock, life, stored, add, outcomes } = rig()
  add()
  life.end()
  await clock.advance(10)
  assert.deepEqual([stored.count, outcomes], [1, []])
})

test('a process that is killed when it is about to send has sent nothing', async () => {
  const { clock, stored, add } = rig(0, (life) => life.end())
  add()
  await clock.advance(10)
  assert.equal(stored.count, 0)
})

test('a statement whose connection is lost has taken effect or not, and nobody is told which', async () => {
  const { clock, stored, add, outcomes } = rig(1)
  for (let statement = 0; statement < 100; statement++) add()
  await clock.advance(10)
  assert.deepEqual(new Set(outcomes), new Set(['lost']))
  assert.ok(stored.count > 20 && stored.count < 80, `${stored.count} of 100 took effect`)
})

test('where the call has ended nobody waits for its statement, which may still be stopped', async () => {
  const { clock, stored, add } = rig()
  const ended = runCall({ timeoutMs: 1, clock }, async () => {
    for (let statement = 0; statement < 100; statement++) add()
    return new Promise<never>(() => {})
  })
  await Promise.all([assert.rejects(ended, { code: 'ASHLAR_DEADLINE_EXCEEDED' }), clock.advance(10)])
  assert.ok(stored.count > 20 && stored.count < 80, `${stored.count} of 100 took effect`)
})
