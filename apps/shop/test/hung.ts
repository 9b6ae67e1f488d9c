import assert from 'node:assert/strict'
import type { RunningShop } from './running-shop.ts'

/**
 * Stops a service as a process can be stopped: it keeps its connections and says nothing. Goes on when disposed of,
 * if not before.
 */
export function hung(shop: RunningShop, service: string): Disposable & { goOn(): void } {
  const { pid } = shop.topology.service(service)
  assert.ok(pid !== undefined)
  process.kill(pid, 'SIGSTOP')
  const goOn = (): void => {
    try {
      process.kill(pid, 'SIGCONT')
    } catch {
      // It has died meanwhile, which is for the test to notice.
    }
  }
  return { goOn, [Symbol.dispose]: goOn }
}
