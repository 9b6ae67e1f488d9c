import type { Model, Operation } from './index.ts'

/**
 * Whether any order of the operations of one key explains their outcomes: tries them all, without a thought. For up to
 * six or so.
 */
export function anyOrderExplains<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  model: Model<State, Input, Output>,
): boolean {
  const explains = (state: State, left: readonly Operation<Input, Output>[]): boolean => {
    if (left.every(({ outcome }) => outcome.kind !== 'ok')) return true
    return left.some((candidate) => {
      const others = left.filter((other) => other !== candidate)
      const { input, invokedAt, outcome } = candidate
      if (others.some((other) => other.outcome.kind === 'ok' && other.outcome.at < invokedAt)) return false
      const next = model.apply(state, input, outcome.kind === 'ok' ? { output: outcome.output } : undefined)
      return next !== undefined && explains(next.state, others)
    })
  }
  return explains(
    model.initial,
    operations.filter(({ outcome }) => outcome.kind !== 'fail'),
  )
}
