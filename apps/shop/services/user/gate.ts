import { currentCall, abortReason } from '@ashlar/kernel'
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

export function createGate(options: { maxRunning: number; maxWaiting: number; retryAfterMs: number }): Gate {
  const { maxRunning, maxWaiting, retryAfterMs } = options
  const waiting = new Set<() => void>()
  let running = 0

  const turn = async (): Promise<void> => {
    if (running < maxRunning) {
      running += 1
      return
    }
    if (waiting.size >= maxWaiting) throw busy(retryAfterMs)
    const signal = currentCall()?.signal
    await new Promise<void>((resolve, reject) => {
      const admit = (): void => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        waiting.delete(admit)
        reject(abortReason(signal as AbortSignal))
      }
      waiting.add(admit)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }

  // The place passes straight to the next in line, so nobody who comes now can slip in before it.
  const release = (): void => {
    const [next] = waiting
    if (next === undefined) {
      running -= 1
      return
    }
    waiting.delete(next)
    next()
  }

  return {
    async run(work) {
      await turn()
      try {
        return await work()
      } finally {
        release()
      }
    },
  }
}
