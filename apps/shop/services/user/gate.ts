import { hasCode } from '@ashlar/kernel'
import { Bulkhead } from '@ashlar/resilience/bulkhead'
import { busy } from './errors.ts'

/** Lets a few run, a few more wait in line, and turns the rest away. */
export interface Gate {
  /**
   * Runs `work` when its turn comes.
   * @throws {ShopError} SHOP_BUSY at once when the line is full.
   * @throws the current call's abort reason when it ends before its turn comes; `work` is then never started.
   */
  run<T>(work: () => Promise<T>): Promise<T>
}

// No request lasts so long: who waits leaves by the end of its call.
const queueTimeoutMs = 60_000

/** A bulkhead that turns away in the customer's words. */
export function createGate(options: {
  name: string
  maxRunning: number
  maxWaiting: number
  retryAfterMs: number
}): Gate {
  const { name, maxRunning: maxConcurrent, maxWaiting: maxQueued, retryAfterMs } = options
  const bulkhead = new Bulkhead({ name, maxConcurrent, maxQueued, queueTimeoutMs })
  return {
    run: (work) =>
      bulkhead.run(work).catch((error: unknown) => {
        throw hasCode(error, 'ASHLAR_BULKHEAD_FULL') ? busy(retryAfterMs) : error
      }),
  }
}
