import assert from 'node:assert/strict'
import { test } from 'node:test'
import { currentCall, runCall } from './call.ts'
import { systemClock, type Clock } from './clock.ts'
import { TimerWheel, timerWheel } from './timer-wheel.ts'
import { VirtualClock } from './testing/index.ts'

test('a thousand timers need one of the clock, and none when they are cancelled', () => {
  const clock = new VirtualClock()
  const wheel = new TimerWheel({ clock })
  const timers = Array.from({ length: 1_000 }, (_, index) => wheel.at(1_000 + index * 17, () => {}))
  assert.equal(wheel.armed, 1_000)
  assert.equal(clock.armed, 1)
  for (const timer of timers) timer.cancel()
  for (const timer of timers) timer.cancel()
  assert.equal(wheel.armed, 0)
  assert.equal(clock.armed, 0)
})

test('a timer that is due before all others moves the wake-up forward', async () => {
  const clock = new VirtualClock()
  const wheel = new TimerWheel({ clock })
  const fired: string[] = []
  wheel.at(5_000, () => fired.push(`late@${clock.now()}`))
  wheel.at(7, () => fired.push(`early@${clock.now()}`))
  await clock.advance(5_000)
  assert.deepEqual(fired, ['early@7', 'late@5000'])
  assert.equal(clock.armed, 0)
})

test('a wheel that lingers keeps its wake-up for the next timer, and lets it run out once', async () => {
  const clock = new VirtualClock()
  const wheel = new TimerWheel({ clock, lingers: true })
  const fired: number[] = []
  wheel.at(100, () => {}).cancel()
  assert.equal(clock.armed, 1)
  wheel.at(200, () => fired.push(clock.now()))
  wheel.at(20, () => fired.push(clock.now()))
  assert.equal(clock.armed, 1)
  await clock.advance(200)
  assert.deepEqual(fired, [20, 200])
  wheel.at(300, () => {}).cancel()
  await clock.advance(100)
  assert.equal(clock.armed, 0)
})

test('a coarse wheel wakes up once for many timers, early by less than its resolution', async () => {
  const clock = new VirtualClock()
  const wheel = new TimerWheel({ clock, resolutionMs: 50 })
  const fired: number[] = []
  for (const dueMs of [1_000, 1_001, 1_020, 1_049]) wheel.at(dueMs, () => fired.push(clock.now()))
  await clock.advance(999)
  assert.deepEqual(fired, [])
  await clock.advance(1)
  assert.deepEqual(fired, [1_000, 1_000, 1_000, 1_000])
})

test('a clock that wakes the wheel a fraction of a millisecond early is not asked again', async () => {
  const clock = new VirtualClock()
  const delays: number[] = []
  const hasty: Clock = {
    now: () => clock.now(),
    wall: () => clock.wall(),
    immediate: (run) => clock.immediate(run),
    timer(delayMs, run) {
      delays.push(delayMs)
      return clock.timer(delayMs - 0.75, run)
    },
  }
  const fired: number[] = []
  new TimerWheel({ clock: hasty }).at(20, () => fired.push(clock.now()))
  await clock.advance(20)
  assert.deepEqual([fired, delays], [[19.25], [20]])
})

test('a clock that cannot wait as long as it is asked to is asked again', async () => {
  const clock = new VirtualClock()
  const short: Clock = {
    now: () => clock.now(),
    wall: () => clock.wall(),
    immediate: (run) => clock.immediate(run),
    timer: (delayMs, run) => clock.timer(Math.min(delayMs, 15), run),
  }
  const fired: number[] = []
  new TimerWheel({ clock: short }).at(31, () => fired.push(clock.now()))
  await clock.advance(40)
  assert.deepEqual(fired, [31])
})

test('a time that has passed, or is none, means the next tick at the latest', async () => {
  const clock = new VirtualClock()
  const wheel = new TimerWheel({ clock, resolutionMs: 4 })
  wheel.at(1_000_000, () => {})
  await clock.advance(101)
  const fired: number[] = []
  for (const dueMs of [-Infinity, -1, 0, 50, 101, Number.NaN]) wheel.at(dueMs, () => fired.push(clock.now()))
  wheel.at(Infinity, () => assert.fail('never comes'))
  await clock.advance(4)
  assert.equal(fired.length, 6)
  await clock.advance(32 ** 7 * 4 * 2)
  assert.equal(wheel.armed, 1)
})

test('a timer may cancel one that is due at the same time', async () => {
  const clock = new VirtualClock()
  const wheel = new TimerWheel({ clock })
  const fired: string[] = []
  wheel.at(10, () => {
    fired.push('first')
    second.cancel()
  })
  const second = wheel.at(10, () => fired.push('second'))
  await clock.advance(20)
  assert.deepEqual(fired, ['first'])
  assert.equal(wheel.armed, 0)
})

test('a callback that throws stops none of the others, and its error surfaces by itself', async () => {
  const clock = new VirtualClock()
  const surfaced: (() => void)[] = []
  const watched: Clock = {
    now: () => clock.now(),
    wall: () => clock.wall(),
    timer: (delayMs, run) => clock.timer(delayMs, run),
    immediate(run) {
      surfaced.push(run)
      return { cancel: () => {} }
    },
  }
  const wheel = new TimerWheel({ clock: watched })
  const fired: string[] = []
  wheel.at(5, () => {
    throw new Error('broken callback')
  })
  wheel.at(5, () => fired.push('same tick'))
  wheel.at(6, () => fired.push('next tick'))
  await clock.advance(10)
  assert.deepEqual(fired, ['same tick', 'next tick'])
  assert.equal(surfaced.length, 1)
  assert.throws(surfaced[0] as () => void, /broken callback/)
})

test('a process that only waits for wheel timers ends', () => {
  const asked: unknown[] = []
  const clock = new VirtualClock()
  const watched: Clock = {
    now: () => clock.now(),
    wall: () => clock.wall(),
    immediate: (run) => clock.immediate(run),
    timer(delayMs, run, options) {
      asked.push(options?.background)
      return clock.timer(delayMs, run)
    },
  }
  new TimerWheel({ clock: watched }).at(5, () => {})
  assert.deepEqual(asked, [true])
})

test('callbacks run outside the call that happened to arm the wheel', async () => {
  const fired = new Promise<unknown>((resolve) => {
    void runCall({}, async () => {
      timerWheel(systemClock).at(systemClock.now(), () => resolve(currentCall()))
    })
  })
  // The wheel keeps nobody waiting; the test does.
  const awake = systemClock.timer(60_000, () => {})
  assert.equal(await fired, undefined)
  awake.cancel()
})

test('those who share a clock share its wheel', () => {
  const clock = new VirtualClock()
  assert.equal(timerWheel(clock), timerWheel(clock))
  assert.notEqual(timerWheel(clock), timerWheel(new VirtualClock()))
})

test('a resolution that is no positive number is a mistake', () => {
  for (const resolutionMs of [0, -1, Number.NaN, Infinity]) {
    assert.throws(() => new TimerWheel({ resolutionMs }), RangeError)
  }
})
