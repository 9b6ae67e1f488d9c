import type { Clock } from '@ashlar/kernel'
import type { SharedRateHarness } from './shared-contract.ts'
import type { Script, ScriptRunner } from './script-runner.ts'
import { rateTakeScript } from './take-script.ts'

interface Kept {
  used: number
  atUs: number
  untilUs: number
}

/** A store in memory that knows the one script, under a clock that is a server's: the wall clock. */
export class MemoryScripts implements ScriptRunner, SharedRateHarness {
  /** Round trips so far. */
  trips = 0
  /** What the next trips meet, if not an answer. */
  away: (() => Promise<never>) | undefined = undefined
  readonly #clock: Clock
  readonly #kept = new Map<string, Kept>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get scripts(): ScriptRunner {
    return this
  }

  async run(script: Script, keys: readonly string[], args: readonly number[]): Promise<readonly number[]> {
    this.trips++
    await Promise.resolve()
    if (this.away !== undefined) return this.away()
    if (script !== rateTakeScript) throw new Error(`no script ${script.name}`)
    return this.#take(keys, args)
  }

  readonly age = async (keys: readonly string[], ms: number): Promise<void> => {
    for (const key of keys) {
      const kept = this.#kept.get(key)
      if (kept === undefined) continue
      kept.atUs -= ms * 1_000
      kept.untilUs -= ms * 1_000
    }
  }

  readonly lifeMs = async (key: string): Promise<number> => {
    const kept = this.#kept.get(key)
    return kept === undefined ? 0 : (kept.untilUs - this.#nowUs()) / 1_000
  }

  #nowUs(): number {
    return this.#clock.wall() * 1_000
  }

  #take(keys: readonly string[], args: readonly number[]): number[] {
    const nowUs = this.#nowUs()
    const rules = keys.map((key, index) => {
      const [limit, perUs, burst, cost, extra] = args.slice(5 * index) as [number, number, number, number, number]
      const callUs = perUs / limit
      const kept = this.#kept.get(key)
      const passed = kept === undefined ? 0 : Math.max(0, nowUs - kept.atUs) / callUs
      const used = Math.min(burst, Math.max(0, (kept?.used ?? 0) - passed))
      const over = used + cost - burst
      const waitUs = over > burst * 1e-12 ? Math.max(1, Math.ceil(over * callUs)) : 0
      return { key, callUs, burst, cost, extra, used, waitUs, isAhead: kept !== undefined && kept.atUs > nowUs }
    })
    const fits = rules.every(({ waitUs }) => waitUs === 0)
    return rules.flatMap(({ key, callUs, burst, cost, extra, used, waitUs, isAhead }) => {
      const free = burst * (1 + 1e-12) - used - cost
      const more = fits ? Math.max(0, Math.min(extra, Math.floor(free))) : 0
      const after = fits ? used + cost + more : used
      const resetUs = Math.ceil(after * callUs)
      if (fits || isAhead) this.#kept.set(key, { used: after, atUs: nowUs, untilUs: nowUs + resetUs })
      return [waitUs, Math.max(0, Math.floor(burst * (1 + 1e-12) - after)), resetUs, more]
    })
  }
}
