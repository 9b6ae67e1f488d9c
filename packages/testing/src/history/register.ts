import type { Model } from './linearizability.ts'

export type RegisterValue = string | number | boolean | null | undefined

/** `read` answers the value, `cas` whether it swapped; what `write` answers is not looked at. */
export type RegisterInput =
  | { readonly kind: 'read' }
  | { readonly kind: 'write'; readonly value: RegisterValue }
  | { readonly kind: 'cas'; readonly expected: RegisterValue; readonly value: RegisterValue }

/** A place that holds one value, for {@link checkLinearizable}. */
export function registerModel(initial?: RegisterValue): Model<RegisterValue, RegisterInput, RegisterValue> {
  return {
    initial,
    apply(state, input, seen) {
      if (input.kind === 'write') return { state: input.value }
      if (input.kind === 'read') return seen === undefined || seen.output === state ? { state } : undefined
      const swaps = state === input.expected
      if (seen !== undefined && seen.output !== swaps) return undefined
      return { state: swaps ? input.value : state }
    },
    fingerprint: (state) => `${typeof state}:${String(state)}`,
  }
}
