import type { Outcome } from './operation.ts'
import type { Violation } from './violation.ts'

/** Something that was to be done once, and what its caller was told. */
export interface Asked {
  readonly id: string
  readonly outcome: Outcome<unknown>['kind']
}

/**
 * Checks that what was acknowledged was applied exactly once, what was refused was not, what nobody knows of at most
 * once, and that nothing was applied that nobody asked for. An id may be asked more than once, as retries do: one
 * acknowledgement makes it acknowledged.
 */
export function checkExactlyOnce(asked: Iterable<Asked>, applied: Iterable<string>): Violation[] {
  const outcomes = new Map<string, Asked['outcome']>()
  for (const { id, outcome } of asked) outcomes.set(id, stronger(outcomes.get(id), outcome))
  const counts = new Map<string, number>()
  for (const id of applied) counts.set(id, (counts.get(id) ?? 0) + 1)

  const violations: Violation[] = []
  for (const [id, outcome] of outcomes) {
    if (outcome === 'ok' && !counts.has(id)) {
      violations.push({ kind: 'lost', subject: id, message: `"${id}" was acknowledged and never applied` })
    }
  }
  for (const [id, count] of counts) {
    const outcome = outcomes.get(id)
    if (outcome === undefined || outcome === 'fail') {
      const why = outcome === undefined ? 'nobody asked for it' : 'it was refused'
      violations.push({ kind: 'invented', subject: id, message: `"${id}" was applied though ${why}` })
    }
    if (count > 1) violations.push({ kind: 'doubled', subject: id, message: `"${id}" was applied ${count} times` })
  }
  return violations
}

function stronger(one: Asked['outcome'] | undefined, other: Asked['outcome']): Asked['outcome'] {
  if (one === undefined) return other
  if (one === 'ok' || other === 'ok') return 'ok'
  return one === 'unknown' || other === 'unknown' ? 'unknown' : 'fail'
}
