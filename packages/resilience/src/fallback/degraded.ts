/** A fallback's answer in place of the real one. */
export class Degraded<F> {
  readonly degraded = true as const
  readonly value: F
  /** Why the real answer could not be had: the first error, not one of the fallback. */
  readonly error: unknown

  constructor(value: F, error: unknown) {
    this.value = value
    this.error = error
  }
}

/** Whether a policy answered with its fallback, whichever copy of this package made it. */
export function isDegraded<A>(answer: A): answer is Extract<A, Degraded<unknown>> {
  if (typeof answer !== 'object' || answer === null) return false
  // By all three: a real answer may well have a field that says that it is degraded.
  return 'degraded' in answer && answer.degraded === true && 'value' in answer && 'error' in answer
}
