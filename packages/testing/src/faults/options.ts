/** What happens to the code that reached the fault point. */
export type FaultAction =
  /** It goes on after this long. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** It fails: with `error`, or else with a `FaultInjectedError`. */
  | { readonly kind: 'throw'; readonly error?: Error }
  /** It stands still until the control is released or disposed of. */
  | { readonly kind: 'hang' }
  /** Its process ends at once, as by `kill -9`: nothing is flushed, nothing is closed. */
  | { readonly kind: 'crash' }

/** When which fault happens. With neither `at` nor `probability` it happens at every hit. */
export interface FaultRule {
  /** The point's name; or the beginning of many names and `*`. */
  readonly point: string
  readonly action: FaultAction
  /** At this hit alone, counted from 1 over all points that the rule names. */
  readonly at?: number
  /** At each hit with this probability, above 0 and up to 1. The seed decides which. */
  readonly probability?: number
}

export interface FaultPlan {
  /** The first rule that applies to a hit decides; the others only count it. */
  readonly rules: readonly FaultRule[]
  /** Decides for rules with a probability. @default 1 */
  readonly seed?: number
}

/** Why the rule cannot be followed, or `undefined` when it can. */
export function ruleFault(rule: FaultRule): string | undefined {
  const { point, action, at, probability } = rule
  if (!/^[^\s;@%=*]+\*?$|^\*$/.test(point)) {
    return `point must be a name, or its beginning and "*", without space or ;@%=, got "${point}"`
  }
  if (at !== undefined && probability !== undefined) return 'at and probability exclude each other'
  if (at !== undefined && !(Number.isSafeInteger(at) && at >= 1)) return `at must be an integer from 1, got ${at}`
  if (probability !== undefined && !(probability > 0 && probability <= 1)) {
    return `probability must be above 0 and at most 1, got ${probability}`
  }
  if (action.kind === 'delay' && !(action.delayMs >= 0 && Number.isFinite(action.delayMs))) {
    return `delayMs must be 0 or more, got ${action.delayMs}`
  }
  return undefined
}
