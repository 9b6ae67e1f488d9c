import type { Clock, Closeable, Timer } from '@ashlar/kernel'
import type { Collector } from './collector.ts'

/** Hands metrics over to history, so often and at the end. What memory has not handed over goes with a crash. */
export function writeMetrics(options: {
  readonly collector: Collector
  readonly everyMs: number
  readonly clock: Clock
}): Closeable {
  const { collector, everyMs, clock } = options
  let timer: Timer | undefined
  const write = (): void => {
    collector.writeMetrics()
    timer = clock.timer(everyMs, write, { background: true })
  }
  timer = clock.timer(everyMs, write, { background: true })
  return {
    async drain() {
      timer?.cancel()
      collector.writeMetrics()
    },
    async [Symbol.asyncDispose]() {
      timer?.cancel()
    },
  }
}
