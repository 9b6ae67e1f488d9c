/** Resolves when the dependency works and rejects when it does not; safe to call at any time, gives up at the signal. */
export type CheckFunction = (call: { readonly signal: AbortSignal }) => Promise<unknown>

/** Tells whether something that a program depends on works. */
export interface HealthCheck {
  /** Unique in the program, for people: `database`, `payments`. */
  readonly name: string
  /** Whether the program is of no use while this fails: it then asks to be sent nothing. */
  readonly critical: boolean
  readonly check: CheckFunction
}
