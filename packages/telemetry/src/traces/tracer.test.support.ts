import type { VirtualClock } from '@ashlar/kernel/testing'
import { seededRandom } from '@ashlar/kernel/testing'
import type { TracerOptions } from './options.ts'
import type { Span } from './span.ts'
import { Tracer } from './tracer.ts'

/** Keeps nothing by chance: what it keeps it has a reason to. */
export function strictTracer(clock: VirtualClock, options: TracerOptions = {}): Tracer {
  return new Tracer({ clock, random: seededRandom(1), keepOneIn: Number.MAX_SAFE_INTEGER, ...options })
}

/** The names of all kept spans that were not drained before. */
export function keptNames(tracer: Tracer): string[] {
  return tracer.drain(10_000).map(({ name }) => name)
}

/** A trace's first span and one inside it. */
export function pair(tracer: Tracer): { root: Span; child: Span } {
  const root = tracer.start('root', { parent: null })
  return { root, child: tracer.start('child', { parent: root }) }
}
