import type { Clock, Random } from '@ashlar/kernel'
import type { NetworkEvent } from './events.ts'

/** What the network does to messages. Probabilities are from 0 to 1. */
export interface Weather {
  /** How long a message is under way, in milliseconds. @default 1 */
  readonly delayMs?: number | ((random: Random) => number)
  /** Probability that a message is lost. @default 0 */
  readonly drop?: number
  /** Probability that a message arrives twice, each copy with its own delay. @default 0 */
  readonly duplicate?: number
  /**
   * Probability that a message may be overtaken: it is held back by up to `reorderMs`, and later ones need not wait for
   * it. All others arrive in the order in which they were sent, link by link. @default 0
   */
  readonly reorder?: number
  /** @default 20 */
  readonly reorderMs?: number
}

export interface NetworkOptions extends Weather {
  readonly clock: Clock
  /** Decides everything that is left to chance. */
  readonly seed: number
  /** Sending more than that at a time fails. @default 10_000 */
  readonly maxInFlight?: number
  /** Told of everything that happens to a message, in order. The network itself keeps nothing. */
  onEvent?(event: NetworkEvent): void
}

/** Any delay between the two is as likely as any other. */
export function uniformDelay(minMs: number, maxMs: number): (random: Random) => number {
  if (!(minMs >= 0 && maxMs >= minMs)) {
    throw new RangeError(`uniformDelay: needs 0 <= minMs <= maxMs, got ${minMs} and ${maxMs}`)
  }
  return (random) => minMs + random.next() * (maxMs - minMs)
}

/** Mostly short, now and then long: exponential around `meanMs`, and never above `maxMs`. */
export function exponentialDelay(meanMs: number, maxMs: number): (random: Random) => number {
  if (!(meanMs >= 0 && maxMs >= meanMs)) {
    throw new RangeError(`exponentialDelay: needs 0 <= meanMs <= maxMs, got ${meanMs} and ${maxMs}`)
  }
  return (random) => Math.min(maxMs, -Math.log(1 - random.next()) * meanMs)
}

/** The weather with its defaults. @throws {RangeError} when a probability or a delay cannot be one. */
export function checkedWeather(weather: Weather): Required<Weather> {
  const whole = {
    delayMs: weather.delayMs ?? 1,
    drop: weather.drop ?? 0,
    duplicate: weather.duplicate ?? 0,
    reorder: weather.reorder ?? 0,
    reorderMs: weather.reorderMs ?? 20,
  }
  for (const name of ['drop', 'duplicate', 'reorder'] as const) {
    if (!(whole[name] >= 0 && whole[name] <= 1)) {
      throw new RangeError(`network: ${name} must be from 0 to 1, got ${whole[name]}`)
    }
  }
  for (const name of ['delayMs', 'reorderMs'] as const) {
    const value = whole[name]
    if (typeof value === 'number' && !(value >= 0 && Number.isFinite(value))) {
      throw new RangeError(`network: ${name} must be 0 or more, got ${value}`)
    }
  }
  return whole
}
