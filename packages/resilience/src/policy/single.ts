import type { Clock, PolicyCall } from '@ashlar/kernel'
import type { Parts } from './parts.ts'
import { Pipeline, type RunOptions } from './pipeline.ts'

const none: Omit<Parts, 'name'> = {
  shed: undefined,
  rate: undefined,
  concurrency: undefined,
  retry: undefined,
  hedge: undefined,
  breaker: undefined,
  attemptTimeoutMs: 0,
}

/** A part by itself, as a function. */
export function single(
  part: Pick<Parts, 'name'> & Partial<Parts>,
  clock: Clock,
): <T>(work: (call: PolicyCall) => Promise<T>, options?: RunOptions) => Promise<T> {
  const pipeline = new Pipeline({ ...none, ...part }, clock)
  return (work, options) => pipeline.run(work, options)
}
