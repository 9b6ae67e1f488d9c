import { codeOf, runCall, type Clock, type HealthCheck } from '@ashlar/kernel'
import type { Logger } from '../logs/index.ts'
import { takenNames, type CheckReport } from './report.ts'

const timeoutMs = 1_000
// Many may ask; the dependencies are asked once in this time.
const freshMs = 1_000

export type Reports = Readonly<Record<string, CheckReport>>

/** Asks dependencies how they are: all at once, each within a second, and seldom. */
export class Checks {
  readonly #checks: readonly HealthCheck[]
  readonly #log: Logger
  readonly #clock: Clock
  readonly #down = new Set<string>()
  #latest: { readonly reports: Promise<Reports>; readonly untilMs: number } | undefined
  #answered: Reports | undefined

  /** @throws {TypeError} when two have one name, or one has a name that the report needs for itself. */
  constructor(checks: readonly HealthCheck[], options: { readonly log: Logger; readonly clock: Clock }) {
    const names = new Set<string>()
    for (const { name } of checks) {
      if (takenNames.has(name)) throw new TypeError(`health: a check cannot be called "${name}"; reports have that`)
      if (names.has(name)) throw new TypeError(`health: there are two checks called "${name}"; rename one`)
      names.add(name)
    }
    this.#checks = checks
    this.#log = options.log
    this.#clock = options.clock
  }

  /** What they answered last, whenever that was; `undefined` before they have. */
  get answered(): Reports | undefined {
    return this.#answered
  }

  /** What they answered within the last second. Never rejects. */
  reports(): Promise<Reports> {
    const nowMs = this.#clock.now()
    if (this.#latest === undefined || nowMs >= this.#latest.untilMs) {
      const asked = this.#checks.map(async (check) => [check.name, await this.#ask(check)] as const)
      const reports = Promise.all(asked).then((answers) => (this.#answered = Object.fromEntries(answers)))
      this.#latest = { reports, untilMs: nowMs + freshMs }
    }
    return this.#latest.reports
  }

  async #ask({ name, critical, check }: HealthCheck): Promise<CheckReport> {
    const clock = this.#clock
    const startedMs = clock.now()
    const durationMs = (): number => Math.round((clock.now() - startedMs) * 10) / 10
    try {
      // A call of its own: who asks may hang up, and others wait for the same answer.
      await runCall({ parent: null, timeoutMs, clock }, check)
      if (this.#down.delete(name)) this.#log.info({ check: name }, 'health check passes again')
      return { status: 'up', critical, durationMs: durationMs() }
    } catch (error) {
      if (!this.#down.has(name)) this.#log.warn({ check: name, critical, err: error }, 'health check fails')
      this.#down.add(name)
      const code = codeOf(error)
      return { status: 'down', critical, durationMs: durationMs(), ...(code === undefined ? {} : { code }) }
    }
  }
}
