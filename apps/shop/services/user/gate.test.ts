import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode, runCall } from '@ashlar/kernel'
import { createGate } from './gate.ts'

function held(): { work: () => Promise<string>; finish: () => void; readonly started: boolean } {
  const { promise, resolve } = Promise.withResolvers<string>()
  const state = { started: false }
  return {
    work: () => {
      state.started = true
      return promise
    },
    finish: () => resolve('done'),
    get started() {
      return state.started
    },
  }
}

const settle = () => new Promise<void>((resolve) => process.nextTick(resolve))

test('two run, one waits, the fourth is turned away at once and told when to come back', async () => {
  const gate = createGate({ name: 'test', maxRunning: 2, maxWaiting: 1, retryAfterMs: 500 })
  const works = [held(), held(), held()]
  const running = works.map(({ work }) => gate.run(work))
  await assert.rejects(
    gate.run(async () => 'never'),
    (error) => hasCode(error, 'SHOP_BUSY') && 'retryAfterMs' in error && error.retryAfterMs === 500,
  )
  assert.deepEqual(
    works.map(({ started }) => started),
    [true, true, false],
  )
  works[0]?.finish()
  await running[0]
  await settle()
  assert.equal(works[2]?.started, true)
  works.forEach(({ finish }) => finish())
  assert.deepEqual(await Promise.all(running), ['done', 'done', 'done'])
})

test('work that fails gives its place back', async () => {
  const gate = createGate({ name: 'test', maxRunning: 1, maxWaiting: 0, retryAfterMs: 500 })
  await assert.rejects(
    gate.run(() => Promise.reject(new Error('broken'))),
    /broken/,
  )
  assert.equal(await gate.run(async () => 'fine'), 'fine')
})

test('a caller that goes away leaves the line, and its work is never started', async () => {
  const gate = createGate({ name: 'test', maxRunning: 1, maxWaiting: 1, retryAfterMs: 500 })
  const [first, second] = [held(), held()]
  const running = gate.run(first.work)
  const caller = new AbortController()
  const leaving = runCall({ signal: caller.signal }, () => gate.run(second.work))
  caller.abort()
  await assert.rejects(leaving)
  first.finish()
  await running
  await settle()
  assert.equal(second.started, false)
  assert.equal(await gate.run(async () => 'free again'), 'free again')
})
