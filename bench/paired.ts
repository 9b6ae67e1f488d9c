import { systemClock } from '@ashlar/kernel'

/** Does its thing `times` times. Each candidate has a loop of its own, so that none is compiled for another. */
export type Loop = (times: number) => Promise<void> | void

export interface PairedOptions {
  /** Of the loop, a round. */
  readonly times: number
  /** Those that count, after two that do not. */
  readonly rounds: number
}

/**
 * Nanoseconds per repetition of several candidates, a value a round. In each round every candidate runs once, in turn, so
 * that a machine that is slow for a while is slow for all.
 */
export async function paired<Name extends string>(
  candidates: Readonly<Record<Name, Loop>>,
  { times, rounds }: PairedOptions,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(candidates) as Name[]
  const result = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>
  for (let round = -2; round < rounds; round++) {
    for (const name of names) {
      const startMs = systemClock.now()
      await candidates[name](times)
      const ns = ((systemClock.now() - startMs) * 1e6) / times
      if (round >= 0) result[name].push(ns)
    }
  }
  return result
}

/** `a` as so many times `b`, round by round. */
export function ratios(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, round) => value / (b[round] as number))
}
