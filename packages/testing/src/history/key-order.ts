import type { Violation } from './violation.ts'

/** A consumer saw the message with this number of this key. */
export interface Sighting {
  readonly key: string
  readonly sequence: number
}

export interface KeyOrderOptions {
  /** The first number of each key. @default 1 */
  readonly first?: number
  /** Whether numbers may be left out. @default false */
  readonly allowGaps?: boolean
  /** Whether a number may come again after it has come in order: delivery at least once. @default false */
  readonly allowRepeats?: boolean
}

/** Checks that the numbers of each key come in order, whatever happens between keys. */
export function checkKeyOrder(sightings: Iterable<Sighting>, options: KeyOrderOptions = {}): Violation[] {
  const { first = 1, allowGaps = false, allowRepeats = false } = options
  const keys = new Map<string, { readonly seen: Set<number>; highest: number }>()
  const violations: Violation[] = []
  for (const { key, sequence } of sightings) {
    const state = keys.get(key) ?? { seen: new Set(), highest: first - 1 }
    keys.set(key, state)
    const add = (kind: Violation['kind']): void => {
      const message = `key "${key}": ${sequence} came after ${state.highest}${kind === 'repeated' ? ', again' : ''}`
      violations.push({ kind, subject: key, message })
    }
    if (state.seen.has(sequence)) {
      if (!allowRepeats) add('repeated')
    } else if (sequence <= state.highest) add('out of order')
    else if (sequence > state.highest + 1 && !allowGaps) add('gap')
    state.seen.add(sequence)
    state.highest = Math.max(state.highest, sequence)
  }
  return violations
}
