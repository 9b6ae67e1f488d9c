import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from './errors.ts'
import { closeAll, closeable, type Closeable } from './lifecycle.ts'
import { VirtualClock } from './testing/index.ts'

function recorded(name: string, log: string[]): Closeable {
  return {
    async drain() {
      log.push(`drain ${name}`)
    },
    async [Symbol.asyncDispose]() {
      log.push(`dispose ${name}`)
    },
  }
}

test('parts drain first and are then disposed of, last started first, once', async () => {
  const log: string[] = []
  const app = closeAll([recorded('store', log), recorded('server', log)])
  await Promise.all([app.close(), app.close()])
  await app[Symbol.asyncDispose]()
  assert.deepEqual(log, ['drain server', 'drain store', 'dispose server', 'dispose store'])
})

test('a part that fails to close stops none of the others, and every failure is told', async () => {
  const log: string[] = []
  const fail = (what: string): Closeable =>
    closeable(() => {
      throw new Error(what)
    })
  const app = closeAll([recorded('store', log), fail('one'), fail('two')])
  await assert.rejects(app.close(), (error) => {
    assert.ok(hasCode(error, 'ASHLAR_COMBINED'))
    assert.match(error.message, /two.*one/)
    return true
  })
  assert.deepEqual(log, ['drain store', 'dispose store'])
})

test('draining gives up after its time and disposing goes ahead', async () => {
  const clock = new VirtualClock()
  const log: string[] = []
  const stuck: Closeable = {
    drain: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    async [Symbol.asyncDispose]() {
      log.push('disposed')
    },
  }
  const closing = closeAll([stuck], { drainTimeoutMs: 5_000, clock }).close()
  await clock.advance(5_000)
  await closing
  assert.deepEqual(log, ['disposed'])
})

test('a part whose drain never ends, and does not hear the signal, is disposed of when the time is up', async () => {
  const log: string[] = []
  const clock = new VirtualClock()
  const deaf: Closeable = { ...recorded('deaf', log), drain: () => new Promise(() => {}) }
  const closing = closeAll([recorded('store', log), deaf], { clock, drainTimeoutMs: 1_000 }).close()
  await clock.advance(999)
  assert.deepEqual(log, [])
  await clock.advance(1)
  await closing
  assert.deepEqual(log, ['drain store', 'dispose deaf', 'dispose store'])
})
