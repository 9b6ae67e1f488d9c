import type { Parameters } from './parameters.ts'

/** A part of time, and how far apart the points of it are that are wanted. Epoch, in milliseconds. */
export interface TimeRange {
  readonly fromMs: number
  readonly toMs: number
  readonly stepMs: number
}

/** Both ends are. */
export function isWithin({ fromMs, toMs }: TimeRange, timeMs: number): boolean {
  return timeMs >= fromMs && timeMs <= toMs
}

// People read these; what is longer is cut evenly.
const stepsMs = [10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400].map((seconds) => seconds * 1_000)
const usualPoints = 240
const maxPoints = 1_440

/** How far apart the points are of an answer that nobody asked for differently. */
function usualStepMs(lengthMs: number): number {
  const leastMs = lengthMs / usualPoints
  return stepsMs.find((stepMs) => stepMs >= leastMs) ?? Math.ceil(leastMs)
}

/**
 * The time that `since`, `until` and `stepMs` ask for: a quarter of an hour until now unless they say otherwise.
 * @param bounds when there was nothing before, and what is meant without `since`.
 */
export function rangeOf(
  asked: Parameters,
  nowMs: number,
  bounds: { readonly oldestMs: number; readonly usualMs: number },
): TimeRange {
  const toMs = Math.min(asked.time('until') ?? nowMs, nowMs)
  const sinceMs = asked.time('since') ?? toMs - bounds.usualMs
  if (sinceMs > toMs) asked.refuse('since', 'is not after until, nor after now')
  // Where there is nothing needs no points: those that there are can be finer.
  const fromMs = Math.min(Math.max(sinceMs, bounds.oldestMs), toMs)
  const lengthMs = toMs - fromMs
  const stepMs = asked.number('stepMs', { min: Math.max(1, Math.ceil(lengthMs / maxPoints)), max: 86_400_000 * 366 })
  return { fromMs, toMs, stepMs: stepMs ?? usualStepMs(lengthMs) }
}
