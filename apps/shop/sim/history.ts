import type { Clock } from '@ashlar/kernel'

/** What happened in a simulated run, one line an event, in order. Two runs of one seed write the same bytes. */
export class RunHistory {
  readonly #clock: Clock
  readonly #lines: string[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(who: string, what: string, facts?: unknown): void {
    const time = this.#clock.now().toFixed(3).padStart(11)
    this.#lines.push(`${time} ${who} ${what}${facts === undefined ? '' : ` ${JSON.stringify(facts, plain)}`}`)
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`
  }

  /** The last `count` lines, or the last of those that hold `word`. */
  tail(count: number, word = ''): string {
    return this.#lines
      .filter((line) => line.includes(word))
      .slice(-count)
      .join('\n')
  }
}

/** Errors by code and words, without their stacks, which name places on one machine. */
function plain(_key: string, value: unknown): unknown {
  if (value instanceof Error) return 'code' in value ? `${String(value.code)}: ${value.message}` : value.message
  return typeof value === 'bigint' ? Number(value) : value
}
