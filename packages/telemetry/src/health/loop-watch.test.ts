import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpHandler, HttpRequest } from '@ashlar/http'
import type { Clock } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { createLogger, LogLevels } from '../logs/index.ts'
import { requestShed } from './events.ts'
import { LoopWatch } from './loop-watch.ts'
import { withShedding } from './shed.ts'

interface SetUp {
  readonly watch: LoopWatch
  readonly clock: VirtualClock
  readonly messages: string[]
  /** Lets so many seconds pass, in each of which the loop is so late once; longer ones where it is later than that. */
  readonly seconds: (count: number, lagMs: number) => Promise<void>
}

function setUp(maxLagMs = 500): SetUp {
  const clock = new VirtualClock()
  let lostMs = 0
  // Timers fire when they are due on the one clock, which is late on the other.
  const late: Clock = {
    now: () => clock.now() + lostMs,
    wall: () => clock.wall(),
    timer: (delayMs, run) => clock.timer(delayMs, run),
    immediate: (run) => clock.immediate(run),
  }
  const messages: string[] = []
  const destination = { write: (text: string): void => void messages.push((JSON.parse(text) as { msg: string }).msg) }
  const levels = new LogLevels({ level: 'info', components: {} }, clock)
  const log = createLogger({ service: 'order', levels, destination, clock })
  const watch = new LoopWatch({ maxLagMs, log, clock: late })
  const seconds = async (count: number, lagMs: number): Promise<void> => {
    for (let second = 0; second < count; second++) {
      lostMs += lagMs
      await clock.advance(Math.max(50, 1_000 - lagMs))
    }
  }
  return { watch, clock, messages, seconds }
}

test('a loop that is late for five seconds in a row is an overload, told once', async () => {
  const { watch, messages, seconds } = setUp()
  await seconds(4, 550)
  assert.equal(watch.isOverloaded, false)
  await seconds(1, 550)
  assert.equal(watch.isOverloaded, true)
  await seconds(10, 2_000)
  assert.deepEqual(messages, ['overloaded: new requests are refused'])
})

test('one long pause is none, and neither are seconds that are not in a row', async () => {
  const { watch, seconds } = setUp()
  await seconds(1, 60_000)
  await seconds(20, 0)
  for (let round = 0; round < 5; round++) {
    await seconds(4, 900)
    await seconds(1, 500)
  }
  assert.equal(watch.isOverloaded, false)
})

test('it is over after two seconds in a row below half the limit, not at the limit itself', async () => {
  const { watch, messages, seconds } = setUp()
  await seconds(5, 600)
  await seconds(10, 250)
  await seconds(1, 200)
  await seconds(1, 400)
  await seconds(1, 200)
  assert.equal(watch.isOverloaded, true)
  await seconds(1, 0)
  assert.equal(watch.isOverloaded, false)
  assert.deepEqual(messages, ['overloaded: new requests are refused', 'no longer overloaded'])
})

test('a loop that is late by more than a second each time is an overload too', async () => {
  const { watch, seconds } = setUp()
  await seconds(5, 3_000)
  assert.equal(watch.isOverloaded, true)
})

test('a watch that is disposed of leaves no timer', () => {
  const { watch, clock } = setUp()
  watch[Symbol.dispose]()
  assert.equal(clock.armed, 0)
})

test('a limit that is not a number above 0 is misuse', () => {
  for (const limit of [0, -1, Number.NaN, Infinity]) assert.throws(() => setUp(limit), { name: 'RangeError' })
})

test('while overloaded a request is refused with 503 and when to come back, counted, and not begun', async () => {
  let begun = 0
  const loop = { isOverloaded: true }
  const handler: HttpHandler = async () => {
    begun += 1
    return { status: 204 }
  }
  const shedding = withShedding(handler, loop)
  const shed: string[] = []
  using _ = requestShed.subscribe(({ method }) => shed.push(method))
  const request = { method: 'POST' } as HttpRequest
  const answer = await shedding(request)
  assert.deepEqual([answer.status, answer.headers?.['retry-after'], begun], [503, '3', 0])
  const { code, retryable } = JSON.parse(answer.body as string) as Record<string, unknown>
  assert.deepEqual([code, retryable, shed], ['ASHLAR_OVERLOADED', true, ['POST']])
  loop.isOverloaded = false
  assert.equal((await shedding(request)).status, 204)
  assert.equal(shed.length, 1)
})
