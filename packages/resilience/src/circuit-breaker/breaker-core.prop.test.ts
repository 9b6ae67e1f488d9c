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
  calls: { failed: boolean; atMs: number }[] = []
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

  settle(epoch: number, failed: boolean, nowMs: number): void {
    if (epoch !== this.epoch) return
    if (this.kind === 'closed') {
      this.calls.push({ failed, atMs: nowMs })
      const { window, minCalls, failureRate } = this.#settings
      assert.equal(window.kind, 'count')
      if (window.kind === 'count') this.calls = this.calls.slice(-window.calls)
      const failures = this.calls.filter((call) => call.failed).length
      if (this.calls.length >= minCalls && failures > 0 && failures >= failureRate * this.calls.length)
        this.#open(nowMs)
    } else if (failed) this.#open(nowMs)
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
  least: fc.integer({ min: 1, max: 12 }),
  share: fc.constantFrom(0.1, 0.5, 0.75, 1),
  probes: fc.integer({ min: 1, max: 3 }),
  openGrowth: fc.constantFrom(1, 2, 3),
})

// A step is what happens next, and to which of the calls under way.
const kinds = fc.constantFrom('call', 'call', 'fail', 'succeed', 'ignore', 'wait')
const steps = fc.array(fc.tuple(kinds, fc.nat()), manySteps)

test('a million random steps: the core does what the model does', async () => {
  let taken = 0
  await checkMillionSteps(
    fc.property(options, steps, ({ calls, least, share, probes, openGrowth }, script) => {
      const settings = breakerSettings({
        name: 'p',
        window: { kind: 'count', calls },
        minCalls: Math.min(calls, least),
        failureRate: share,
        probes,
        openMs: 100,
        maxOpenMs: 1_000,
        openGrowth,
        openJitter: 0,
      })
      const core = new BreakerCore(settings)
      const model = new Model(settings)
      const underWay: number[] = []
      let nowMs = 0
      for (const [step, which] of script) {
        taken++
        if (step === 'wait') nowMs += which % 150
        else if (step === 'call') {
          const admitted = core.admit(nowMs)
          assert.equal(admitted, model.admit(nowMs))
          if (admitted) underWay.push(core.epoch)
        } else if (underWay.length > 0) {
          const [epoch] = underWay.splice(which % underWay.length, 1) as [number]
          if (step === 'ignore') {
            core.ignore(epoch)
            model.ignore(epoch)
          } else {
            if (step === 'fail') core.failure(epoch, false, nowMs)
            else core.success(epoch, false, nowMs)
            model.settle(epoch, step === 'fail', nowMs)
          }
        }
        assert.equal(core.kind, model.kind)
        assert.equal(core.epoch, model.epoch)
        if (core.kind === 'open') assert.equal(core.untilMs, model.untilMs)
      }
    }),
    () => taken,
  )
})
