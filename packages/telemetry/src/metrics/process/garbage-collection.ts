import { constants, PerformanceObserver } from 'node:perf_hooks'
import type { MetricRegistry } from '../registry.ts'

const kinds: ReadonlyMap<unknown, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
])

/** Measures garbage collections. Does not keep the process alive. */
export function observeGarbageCollection(registry: MetricRegistry): Disposable {
  const durations = registry.histogram({
    name: 'nodejs_gc_duration_seconds',
    description: 'How long garbage collections took, by kind.',
    unit: 's',
    labels: ['kind'],
    bounds: [0.001, 0.01, 0.1, 1, 2, 5],
  })
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { duration, detail } = entry as unknown as { duration: number; detail?: { kind?: unknown } }
      durations.observe(duration / 1_000, [kinds.get(detail?.kind) ?? 'other'])
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  return { [Symbol.dispose]: () => observer.disconnect() }
}
