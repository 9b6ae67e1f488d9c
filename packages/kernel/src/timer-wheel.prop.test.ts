import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Timer } from './clock.ts'
import { TimerWheel } from './timer-wheel.ts'
import { VirtualClock } from './testing/index.ts'

interface Arm {
  readonly kind: 'arm'
  readonly delayMs: number
  /** What the callback does: arm another, cancel the n-th that was ever armed. */
  readonly thenArmMs: number | undefined
  readonly thenCancel: number | undefined
}
type Step =
  | Arm
  | { readonly kind: 'cancel'; readonly index: number }
  | { readonly kind: 'advance'; readonly ms: number }

// Every level of the wheel, both sides of its boundaries, past its horizon, and fractions that binary holds exactly.
const quarter = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 16, max: 300 }) },
  { weight: 4, arbitrary: fc.integer({ min: 16, max: 20_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 16, max: 10_000_000 }) },
  { weight: 2, arbitrary: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: -4, max: 4 })) },
)
// A tick or more: what is due within the tick that has begun may come at once or at the next, by what came before.
const span = quarter.map((value) => (typeof value === 'number' ? value / 4 : 32 ** value[0] + value[1] / 4))
const index = fc.nat({ max: 200 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('arm' as const),
      delayMs: span,
      thenArmMs: fc.option(span, { nil: undefined, freq: 5 }),
      thenCancel: fc.option(index, { nil: undefined, freq: 5 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), index }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: span }) },
)

interface Entry {
  readonly id: number
  readonly tick: number
  readonly after: Pick<Arm, 'thenArmMs' | 'thenCancel'>
}

/** A sorted list: what the wheel must be indistinguishable from. */
class Model {
  readonly fired: string[] = []
  readonly armed = new Map<number, Entry>()
  nowMs: number
  readonly #startMs: number
  readonly #resolutionMs: number
  #made = 0

  constructor(startMs: number, resolutionMs: number) {
    this.nowMs = this.#startMs = startMs
    this.#resolutionMs = resolutionMs
  }

  arm(delayMs: number, after: Entry['after']): void {
    const tick = Math.floor((this.nowMs + delayMs - this.#startMs) / this.#resolutionMs)
    const id = this.#made++
    this.armed.set(id, { id, tick, after })
  }

  advance(ms: number): void {
    const untilMs = this.nowMs + ms
    for (;;) {
      const [first] = [...this.armed.values()].sort((a, b) => a.tick - b.tick || a.id - b.id)
      if (first === undefined) break
      const atMs = this.#startMs + first.tick * this.#resolutionMs
      if (atMs > untilMs) break
      this.nowMs = atMs
      this.armed.delete(first.id)
      this.fired.push(`${first.id}@${atMs}`)
      if (first.after.thenCancel !== undefined) this.armed.delete(first.after.thenCancel)
      if (first.after.thenArmMs !== undefined) this.arm(first.after.thenArmMs, noMore)
    }
    this.nowMs = untilMs
  }
}

const noMore: Entry['after'] = { thenArmMs: undefined, thenCancel: undefined }

test('whatever is armed, cancelled and waited for, the wheel fires what a sorted list would, when it would', async () => {
  let steps = 0
  const resolution = fc.constantFrom(0.25, 1, 4)
  const many = fc.array(step, { size: 'max', maxLength: 120 })
  const property = fc.asyncProperty(resolution, fc.boolean(), many, async (resolutionMs, lingers, taken) => {
    steps += taken.length
    await follow({ resolutionMs, lingers }, taken)
  })
  await fc.assert(property, { numRuns: 300 })
  assert.ok(steps >= 10_000, `only ${steps} steps were taken`)
})

async function follow(options: { resolutionMs: number; lingers: boolean }, taken: readonly Step[]): Promise<void> {
  const clock = new VirtualClock()
  await clock.advance(0.75)
  const wheel = new TimerWheel({ clock, ...options })
  const model = new Model(clock.now(), options.resolutionMs)
  const timers: Timer[] = []
  const fired: string[] = []
  const arm = (delayMs: number, after: Entry['after']): void => {
    const id = timers.length
    const timer = wheel.at(clock.now() + delayMs, () => {
      fired.push(`${id}@${clock.now()}`)
      if (after.thenCancel !== undefined) timers[after.thenCancel]?.cancel()
      if (after.thenArmMs !== undefined) arm(after.thenArmMs, noMore)
    })
    timers.push(timer)
  }
  for (const one of taken) {
    if (one.kind === 'arm') {
      arm(one.delayMs, one)
      model.arm(one.delayMs, one)
    } else if (one.kind === 'cancel') {
      timers[one.index]?.cancel()
      model.armed.delete(one.index)
    } else {
      await clock.advance(one.ms)
      model.advance(one.ms)
    }
    assert.deepEqual(fired, model.fired)
    assert.equal(wheel.armed, model.armed.size)
    if (wheel.armed > 0 || !options.lingers) assert.equal(clock.armed, Math.min(1, wheel.armed), 'one of the clock’s')
  }
}
