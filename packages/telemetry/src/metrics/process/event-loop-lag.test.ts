import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import { EventLoopLag, type DelayMonitor } from './event-loop-lag.ts'

/** Holds the ticks that it is told of while it is enabled. */
class TickList implements DelayMonitor {
  #ticksNs: number[] = []
  isEnabled = false

  tick(ms: number): void {
    if (this.isEnabled) this.#ticksNs.push(ms * 1e6)
  }

  get count(): number {
    return this.#ticksNs.length
  }

  get min(): number {
    return Math.min(...this.#ticksNs)
  }

  get max(): number {
    return Math.max(...this.#ticksNs)
  }

  get mean(): number {
    return this.#ticksNs.reduce((sum, tick) => sum + tick, 0) / this.count
  }

  readonly stddev = 2e6

  percentile(percentile: number): number {
    return this.#ticksNs.toSorted((a, b) => a - b)[Math.ceil((percentile / 100) * this.count) - 1] as number
  }

  enable(): boolean {
    return (this.isEnabled = true)
  }

  disable(): boolean {
    return (this.isEnabled = false)
  }

  reset(): void {
    this.#ticksNs = []
  }
}

function setUp(): { clock: VirtualClock; lag: EventLoopLag; monitors: TickList[]; tick: (ms: number) => void } {
  const clock = new VirtualClock()
  const monitors = [new TickList(), new TickList()]
  const left = [...monitors]
  const lag = new EventLoopLag(clock, () => left.pop() as TickList)
  return { clock, lag, monitors, tick: (ms) => monitors.forEach((monitor) => monitor.tick(ms)) }
}

test('lag is what a tick came late, in seconds, and nothing before there was one', () => {
  const { lag, tick } = setUp()
  assert.equal(lag.read(), undefined)
  for (const ms of [19, 20, 22, 70]) tick(ms)
  assert.deepEqual(lag.read(), { min: 0, max: 0.05, mean: 0.01275, stddev: 0.002, p50: 0, p90: 0.05, p99: 0.05 })
})

test('every reader sees what was within the last minute, whoever else reads, and nobody what was two minutes ago', async () => {
  const { clock, lag, tick } = setUp()
  await clock.advance(50_000)
  tick(120)
  for (let second = 0; second < 60; second += 1) {
    assert.equal(lag.read()?.max, 0.1, `${second} s after`)
    tick(20)
    await clock.advance(1_000)
  }
  for (let second = 0; second < 61; second += 1) {
    lag.read()
    tick(20)
    await clock.advance(1_000)
  }
  assert.equal(lag.read()?.max, 0)
})

test('what is disposed of measures no more', () => {
  const { lag, monitors } = setUp()
  lag[Symbol.dispose]()
  assert.deepEqual(
    monitors.map(({ isEnabled }) => isEnabled),
    [false, false],
  )
})
