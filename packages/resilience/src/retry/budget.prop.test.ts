import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ManualClock } from '../internal/manual-clock.test.support.ts'
import { checkMillionSteps, manySteps } from '../internal/random-steps.test.support.ts'
import { tickMs } from '../internal/ticker.ts'
import { RetryBudget } from './budget.ts'

/** The rule, a tick at a time, in thousandths of a retry. */
class Model {
  deposited = 0
  reserve: number
  #nowMs = 0
  readonly #options: { ratio: number; minPerSecond: number; ttlMs: number }

  constructor(options: { ratio: number; minPerSecond: number; ttlMs: number }) {
    this.#options = options
    this.reserve = options.minPerSecond * 1_000
  }

  deposit(): void {
    this.deposited += this.#options.ratio * 1_000
  }

  withdraw(): boolean {
    if (this.deposited >= 1_000) this.deposited -= 1_000
    else if (this.reserve >= 1_000) this.reserve -= 1_000
    else return false
    return true
  }

  tick(): void {
    const { minPerSecond, ttlMs } = this.#options
    this.#nowMs += tickMs
    this.reserve = Math.min(minPerSecond * 1_000, this.reserve + tickMs * minPerSecond)
    if (this.#nowMs % ttlMs === 0) this.deposited = Math.floor(this.deposited / 2)
  }
}

const options = fc.record({
  ratio: fc.constantFrom(0, 0.1, 0.2, 1),
  minPerSecond: fc.constantFrom(0, 1, 10),
  ttlMs: fc.constantFrom(1_000, 2_500),
})
const kinds = fc.constantFrom('deposit', 'deposit', 'deposit', 'withdraw', 'withdraw', 'look', 'pass', 'pass')
const step = fc.tuple(kinds, fc.nat(1_000))

test('a million random steps: the budget allows what the rule allows', async () => {
  let taken = 0
  const property = fc.property(options, fc.array(step, manySteps), (chosen, script) => {
    const clock = new ManualClock()
    const budget = new RetryBudget({ ...chosen, clock })
    const model = new Model(chosen)
    for (const [kind, amount] of script) {
      taken++
      if (kind === 'deposit') {
        for (let call = 0; call < amount % 7; call++) {
          budget.deposit()
          model.deposit()
        }
      } else if (kind === 'withdraw') assert.equal(budget.withdraw(), model.withdraw())
      else if (kind === 'look') {
        assert.equal(budget.available, Math.floor(model.deposited / 1_000) + Math.floor(model.reserve / 1_000))
      } else {
        for (let tick = 0; tick < amount % 10; tick++) {
          clock.advance(tickMs)
          model.tick()
        }
      }
    }
  })
  await checkMillionSteps(property, () => taken)
})
