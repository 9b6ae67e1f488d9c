import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import { createLogger, LogLevels } from '@ashlar/telemetry/logs'
import { ProcessEnd } from './process-end.ts'

function setUp(): {
  end: ProcessEnd
  clock: VirtualClock
  /** What was asked of the service, the lines, and the exits, in order. */
  events: string[]
  run: () => PromiseWithResolvers<void>
} {
  const clock = new VirtualClock()
  const events: string[] = []
  const levels = new LogLevels({ level: 'info', components: {} }, clock)
  const destination = { write: (text: string): void => void events.push((JSON.parse(text) as { msg: string }).msg) }
  const log = createLogger({ service: 'probe', levels, destination, clock })
  const end = new ProcessEnd({ log, clock, exit: (code) => void events.push(`exit ${code}`) })
  const run = (): PromiseWithResolvers<void> => {
    const closed = Promise.withResolvers<void>()
    const close = (how: string): Promise<void> => {
      events.push(how)
      return closed.promise
    }
    end.running = { log, close: () => close('close'), closeInHaste: () => close('close in haste') }
    return closed
  }
  return { end, clock, events, run }
}

const fatal = 'uncaught exception; the process ends'

test('an exception that nobody caught closes the service in haste, and the process ends with 1 when that is done', async () => {
  const { end, clock, events, run } = setUp()
  const closed = run()
  end.crash(new Error('x'), 'uncaughtException')
  await clock.advance(7_000)
  assert.deepEqual(events, [fatal, 'close in haste'])
  closed.resolve()
  await clock.advance(0)
  assert.deepEqual(events, [fatal, 'close in haste', 'exit 1'])
})

test('a service that does not come to an end after an exception is not waited for longer than 8 s', async () => {
  const { end, clock, events, run } = setUp()
  run()
  end.crash(new Error('x'), 'unhandledRejection')
  await clock.advance(7_999)
  assert.ok(!events.includes('exit 1'))
  await clock.advance(1)
  assert.equal(events.at(-1), 'exit 1')
})

test('a second exception ends the process at once', async () => {
  const { end, events, run } = setUp()
  run()
  end.crash(new Error('x'), 'uncaughtException')
  end.crash(new Error('y'), 'uncaughtException')
  assert.deepEqual(events, [fatal, 'close in haste', fatal, 'exit 1'])
})

test('an exception before the service runs ends the process at once', () => {
  const { end, events } = setUp()
  end.crash(new Error('x'), 'uncaughtException')
  assert.deepEqual(events, [fatal, 'exit 1'])
})

test('an exception while the service stops turns a good end into 1', async () => {
  const { end, clock, events, run } = setUp()
  const closed = run()
  end.onSignal('SIGTERM')
  end.crash(new Error('x'), 'uncaughtException')
  closed.resolve()
  await clock.advance(0)
  assert.deepEqual(events, ['stopping', 'close', fatal, 'close in haste', 'exit 1'])
})

test('a service that fails to close after an exception says so before the process ends', async () => {
  const { end, clock, events, run } = setUp()
  const closed = run()
  end.crash(new Error('x'), 'uncaughtException')
  closed.reject(new Error('stuck'))
  await clock.advance(0)
  assert.deepEqual(events, [fatal, 'close in haste', 'did not stop cleanly', 'exit 1'])
})
