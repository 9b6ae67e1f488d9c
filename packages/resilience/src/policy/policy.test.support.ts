import { AshlarError, hasCode, type PolicyCall, type Random } from '@ashlar/kernel'

export class SickError extends AshlarError {
  readonly code = 'TEST_SICK' as const
  readonly retryable = true
  readonly retryAfterMs: number | undefined
  constructor(retryAfterMs?: number) {
    super('the dependency is ill')
    this.retryAfterMs = retryAfterMs
  }
}

export const sick = (): Promise<never> => Promise.reject(new SickError())
export const isSick = (error: unknown): boolean => hasCode(error, 'TEST_SICK')
/** Chance that never surprises. */
export const half: Random = { next: () => 0.5, fill: (bytes) => bytes }

/** Work that answers when told to, and remembers how it was called. */
export class Dependency {
  readonly calls: { readonly call: PolicyCall; answer(value: string): void; fail(error: unknown): void }[] = []
  readonly work = (call: PolicyCall): Promise<string> =>
    new Promise((answer, fail) => void this.calls.push({ call, answer, fail }))
}

/** A bulkhead without a queue. */
export function slots(capacity: number): {
  tryEnter(): boolean
  enter(): Promise<void>
  refusal(): Error
  release(): void
  readonly used: number
} {
  let used = 0
  return {
    tryEnter: () => used < capacity && ++used > 0,
    enter: () => Promise.reject(new Error('full')),
    refusal: () => new Error('full'),
    release: () => void used--,
    get used() {
      return used
    },
  }
}
