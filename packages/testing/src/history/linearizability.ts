import { formatOperation, formatValue, type Operation } from './operation.ts'
import { OperationSet } from './operation-set.ts'
import { Timeline } from './timeline.ts'
import type { Violation } from './violation.ts'

/** What a correct thing does, one operation after the other. */
export interface Model<State, Input, Output> {
  readonly initial: State
  /** The state after the operation; `undefined` when it cannot have ended as it was seen to. Never changes `state`. */
  apply(
    state: State,
    input: Input,
    seen: { readonly output: Output } | undefined,
  ): { readonly state: State } | undefined
  /** Equal for equal states, different for different ones. */
  fingerprint(state: State): string
}

/**
 * Checks, key by key, that some order of the operations explains every answer: each takes effect at one moment between
 * its invocation and its end. Failed ones took none; unknown ones may have taken it at any moment after their
 * invocation, or never.
 *
 * Source: J. Wing, C. Gong, "Testing and Verifying Concurrent Objects"; with the memory of G. Lowe, "Testing for
 * Linearizability". The worst case is exponential in what overlaps, so each key may cost `maxStates` states (about 100
 * bytes each) at most; one that needs more is reported as undecided.
 */
export function checkLinearizable<State, Input, Output>(
  operations: Iterable<Operation<Input, Output>>,
  model: Model<State, Input, Output>,
  options: { /** @default 250_000 */ readonly maxStates?: number } = {},
): Violation[] {
  const { maxStates = 250_000 } = options
  const byKey = Map.groupBy(operations, ({ key }) => key)
  return [...byKey].flatMap(([key, ofKey]) => {
    const effective = ofKey
      .filter(({ outcome }) => outcome.kind !== 'fail')
      .sort((one, other) => one.invokedAt - other.invokedAt)
    return checkKey(key, effective, model, maxStates) ?? []
  })
}

function checkKey<State, Input, Output>(
  key: string,
  operations: readonly Operation<Input, Output>[],
  model: Model<State, Input, Output>,
  maxStates: number,
): Violation | undefined {
  const timeline = new Timeline(operations)
  const placed = new OperationSet(operations.length)
  const twins = earlierTwins(operations)
  const known = new Set<string>()
  const order: { readonly index: number; readonly before: State }[] = []
  let state = model.initial
  let missing = operations.filter(({ outcome }) => outcome.kind === 'ok').length
  let best: { readonly order: readonly number[]; readonly stuck: number } = { order: [], stuck: 0 }

  let at = timeline.first()
  while (missing > 0) {
    const { index, isEnd } = timeline.event(at)
    if (isEnd) {
      // This operation has ended, so nothing that begins later may come first: the last choice was wrong.
      if (order.length >= best.order.length) best = { order: order.map((step) => step.index), stuck: index }
      const last = order.pop()
      if (last === undefined) return notLinearizable(key, operations, best)
      state = last.before
      placed.delete(last.index)
      if (isDone(operations, last.index)) missing += 1
      at = timeline.putBack(last.index)
      continue
    }
    const twin = twins[index]
    const next = twin === undefined || placed.has(twin) ? tryNext(operations[index], state, model) : undefined
    if (next !== undefined) {
      placed.add(index)
      const situation = placed.fingerprint() + model.fingerprint(next.state)
      if (!known.has(situation)) {
        if (known.size >= maxStates) return undecided(key, operations.length, maxStates)
        known.add(situation)
        order.push({ index, before: state })
        state = next.state
        if (isDone(operations, index)) missing -= 1
        timeline.takeOut(index)
        at = timeline.first()
        continue
      }
      placed.delete(index)
    }
    at = timeline.after(at)
  }
  return undefined
}

function tryNext<State, Input, Output>(
  operation: Operation<Input, Output> | undefined,
  state: State,
  model: Model<State, Input, Output>,
): { readonly state: State } | undefined {
  if (operation === undefined) return undefined
  const { input, outcome } = operation
  if (outcome.kind === 'ok') return model.apply(state, input, { output: outcome.output })
  const next = model.apply(state, input, undefined)
  // An unknown one that changes nothing explains nothing; leaving it out loses no order and saves most of the search.
  return next !== undefined && model.fingerprint(next.state) === model.fingerprint(state) ? undefined : next
}

/**
 * For each unknown operation the unknown one before it with the same input. They are interchangeable, so only orders in
 * which the earlier one comes first need be tried: without that, every set of lost writes of one value is tried.
 */
function earlierTwins(operations: readonly Operation<unknown, unknown>[]): (number | undefined)[] {
  const latest = new Map<string, number>()
  return operations.map(({ input, outcome }, index) => {
    if (outcome.kind !== 'unknown') return undefined
    const text = formatValue(input)
    const twin = latest.get(text)
    latest.set(text, index)
    return twin
  })
}

function isDone(operations: readonly Operation<unknown, unknown>[], index: number): boolean {
  return operations[index]?.outcome.kind === 'ok'
}

function notLinearizable(
  key: string,
  operations: readonly Operation<unknown, unknown>[],
  best: { readonly order: readonly number[]; readonly stuck: number },
): Violation {
  const show = (index: number): string => {
    const operation = operations[index]
    return operation === undefined ? '' : formatOperation(operation)
  }
  const shown = best.order.slice(-5).map(show)
  const before =
    best.order.length === 0 ? 'from the start' : `after ${best.order.length > 5 ? '... ' : ''}${shown.join(', ')}`
  return {
    kind: 'not linearizable',
    subject: key,
    message: `key "${key}": no order explains ${show(best.stuck)}; the best attempt fails ${before}`,
  }
}

function undecided(key: string, operations: number, maxStates: number): Violation {
  const message = `key "${key}": ${operations} operations need more than ${maxStates} states; record fewer a key, or raise maxStates`
  return { kind: 'undecided', subject: key, message }
}
