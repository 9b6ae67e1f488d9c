import assert from 'node:assert/strict'
import { hasCode, type Timer } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { CircuitBreaker } from './circuit-breaker.ts'
import { consecutive, type BreakerOptions } from './options.ts'

export const fail = (): Promise<never> => Promise.reject(new Error('ill'))
export const succeed = async (): Promise<string> => 'well'
export const isOpen = (error: unknown): boolean => hasCode(error, 'ASHLAR_BREAKER_OPEN')

export function breakerOf(options: Partial<BreakerOptions> = {}): { clock: VirtualClock; breaker: CircuitBreaker } {
  const clock = new VirtualClock()
  const twice = { ...consecutive(2), openMs: 1_000, openJitter: 0, probes: 1, clock }
  return { clock, breaker: new CircuitBreaker({ name: 'bank', ...twice, ...options }) }
}

export async function open(breaker: CircuitBreaker): Promise<void> {
  while (breaker.state.kind === 'closed') await assert.rejects(breaker.run(fail), /ill/)
  assert.equal(breaker.state.kind, 'open')
}

/** Work that ends when told to. */
export function held(): { work: () => Promise<string>; answer(): void; fail(error?: unknown): void } {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  return { work: () => promise, answer: () => resolve('well'), fail: (error = new Error('ill')) => reject(error) }
}

/** The clock of a machine that may sleep: time goes by, and no timer runs. Counts timers that keep a process alive. */
export class SuspendedClock extends VirtualClock {
  asleepMs = 0
  inForeground = 0

  override now(): number {
    return super.now() + this.asleepMs
  }

  override timer(delayMs: number, run: () => void, options?: { background?: boolean }): Timer {
    if (options?.background !== true) this.inForeground++
    return super.timer(delayMs, run)
  }
}
