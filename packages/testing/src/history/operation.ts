import { inspect } from 'node:util'

/** How an operation ended, at a moment of the history's logical time. */
export type Outcome<Output> =
  | { readonly kind: 'ok'; readonly at: number; readonly output: Output }
  /** It certainly took no effect. */
  | { readonly kind: 'fail'; readonly at: number }
  /** It may have taken effect, may yet, or never: a timeout, a crash, or still under way. */
  | { readonly kind: 'unknown' }

/** What one process asked of one key, from when until when. */
export interface Operation<Input, Output> {
  /** From 1, in the order of invocation. */
  readonly id: number
  readonly process: string
  readonly key: string
  readonly input: Input
  /** Logical time: each event of a history has its own, and later ones have greater ones. */
  readonly invokedAt: number
  readonly outcome: Outcome<Output>
}

/** `#3 p1 {"kind":"read"} -> 5`, as violations show it. */
export function formatOperation({ id, process, input, outcome }: Operation<unknown, unknown>): string {
  const result = outcome.kind === 'ok' ? formatValue(outcome.output) : outcome.kind
  return `#${id} ${process} ${formatValue(input)} -> ${result}`
}

/** On one line, the same in every run, and different for different values. */
export function formatValue(value: unknown): string {
  return inspect(value, {
    depth: Number.POSITIVE_INFINITY,
    maxArrayLength: Number.POSITIVE_INFINITY,
    maxStringLength: Number.POSITIVE_INFINITY,
    breakLength: Number.POSITIVE_INFINITY,
    compact: true,
    sorted: true,
  })
}
