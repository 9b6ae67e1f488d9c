import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { checkMillionSteps, manySteps } from '../internal/random-steps.test.support.ts'
import { BreakerCore } from './breaker-core.ts'
import { breakerSettings, type BreakerSettings } from './options.ts'

/** What the core promises, as slowly and plainly as it can be said: it keeps every call. */
class Model {
  kind: 'closed' | 'open' | 'half-open' = 'closed'
  epoch = 0
  untilMs = 0
  openings = 0
  inFlight = 0
  succeeded = 0
  calls: { failed: boolean; slow: boolean }[] = []
  readonly #settings: BreakerSettings

  constructor(settings: BreakerSettings) {
    this.#settings = settings
  }

  admit(nowMs: number): boolean {
    if (this.kind === 'closed') return true
    if (this.kind === 'open') {
      if (nowMs < this.untilMs) return false
      this.#enter('half-open')
      this.inFlight = this.succeeded = 0
    }
    if (this.inFlight + this.succeeded >= this.#settings.probes) return false
    this.inFlight++
    return true
  }

  /** @param seen How many calls a time window still holds: which, is the window's own model's to say. */
  settle(epoch: number, { failed, slow, seen }: { failed: boolean; slow: boolean; seen: number }, nowMs: number): void {
    if (epoch !== this.epoch) return
    if (this.kind === 'closed') {
      this.calls.push({ failed, slow })
      const { window, minCalls, failureRate, slowCall } = this.#settings
      this.calls = this.calls.slice(-(window.kind === 'count' ? window.calls : seen))
      const { length } = this.calls
      const failures = this.calls.filter((call) => call.failed).length
      const slowOnes = this.calls.filter((call) => call.slow).length
      const isIll = failures / length >= failureRate || (slowCall !== undefined && slowOnes / length >= slowCall.rate)
      if (length >= minCalls && isIll) this.#open(nowMs)
    } else if (failed || slow) this.#open(nowMs)
    else {
      this.inFlight--
      if (++this.succeeded === this.#settings.probes) {
        this.openings = 0
        this.calls = []
        this.#enter('closed')
      }
    }
  }

  ignore(epoch: number): void {
    if (epoch === this.epoch && this.kind === 'half-open') this.inFlight--
  }

  #open(nowMs: number): void {
    const { openMs, openGrowth, maxOpenMs } = this.#settings
    this.untilMs = nowMs + Math.min(maxOpenMs, openMs * openGrowth ** this.openings++)
    this.#enter('open')
  }

  #enter(kind: Model['kind']): void {
    this.kind = kind
    this.epoch++
  }
}

const options = fc.record({
  calls: fc.integer({ min: 1, max: 12 }),
  isTimed: fc.boolean(),
  slowCall: fc.constantFrom(undefined, { overMs: 100, rate: 0.5 }, { overMs: 100, rate: 1 }),
  least: fc.integer({ min: 1, max: 12 }),
  share: fc.constantFrom(0.1, 0.5, 0.75, 1),
  probes: fc.integer({ min: 1, max: 3 }),
  openGrowth: fc.constantFrom(1, 2, 3),
})

// A step is what happens next, and to which of the calls under way.
const kinds = fc.constantFrom('call', 'call', 'call', 'fail', 'fail', 'succeed', 'succeed', 'be slow', 'ignore', 'wait')
const steps = fc.array(fc.tuple(kinds, fc.nat()), manySteps)

type Options = typeof options extends fc.Arbitrary<infer T> ? T : never

function settingsOf({ calls, isTimed, slowCall, least, share, probes, openGrowth }: Options): BreakerSettings {
  return breakerSettings({
    name: 'p',
    window: isTimed ? { kind: 'time', durationMs: 200 } : { kind: 'count', calls },
    minCalls: Math.min(calls, least),
    failureRate: share,
    ...(slowCall === undefined ? {} : { slowCall }),
    probes,
    openMs: 100,
    maxOpenMs: 1_000,
    openGrowth,
    openJitter: 0,
  })
}

/** The core and the model side by side. */
class Twins {
  readonly #core: BreakerCore
  readonly #model: Model
  readonly #underWay: number[] = []
  #nowMs = 0

  constructor(settings: BreakerSettings) {
    this.#core = new BreakerCore(settings)
    this.#model = new Model(settings)
  }

  take(step: string, which: number): void {
    if (step === 'wait') this.#nowMs += which % 150
    else if (step === 'call') this.#call()
    else if (this.#underWay.length > 0) this.#settle(step, which % this.#underWay.length)
    this.#compare()
  }

  #call(): void {
    const admitted = this.#core.admit(this.#nowMs)
    assert.equal(admitted, this.#model.admit(this.#nowMs))
    if (admitted) this.#underWay.push(this.#core.epoch)
  }

  #settle(step: string, which: number): void {
    const [epoch] = this.#underWay.splice(which, 1) as [number]
    const failed = step === 'fail'
    const slow = step === 'be slow'
    if (step === 'ignore') {
      this.#core.ignore(epoch)
      this.#model.ignore(epoch)
      return
    }
    if (failed) this.#core.failure(epoch, slow, this.#nowMs)
    else this.#core.success(epoch, slow, this.#nowMs)
    this.#model.settle(epoch, { failed, slow, seen: this.#core.window.calls }, this.#nowMs)
  }

  #compare(): void {
    const { state, epoch } = this.#core
    const { kind, untilMs, openings, inFlight, succeeded } = this.#model
    assert.equal(epoch, this.#model.epoch)
    if (kind === 'closed') assert.deepEqual(state, { kind })
    if (kind === 'open') assert.deepEqual(state, { kind, untilMs, openings })
    if (kind === 'half-open') assert.deepEqual(state, { kind, succeeded, inFlight, openings })
    assert.equal(state.kind, kind)
  }
}

test('a million random steps: the core does what the model does', async () => {
  let taken = 0
  const property = fc.property(options, steps, (chosen, script) => {
    const twins = new Twins(settingsOf(chosen))
    for (const [step, which] of script) {
      taken++
      twins.take(step, which)
    }
  })
  await checkMillionSteps(property, () => taken)
})
