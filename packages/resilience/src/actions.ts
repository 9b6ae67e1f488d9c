import { action, InvalidInputError, type Action } from '@ashlar/kernel'
import type { BreakerMode, CircuitBreaker } from './circuit-breaker/index.ts'
import type { PolicySnapshot, PolicyUpdate } from './policy/index.ts'

/** What the actions need of a policy: any `ResiliencePolicy`, with a fallback or without. */
export interface OperablePolicy {
  readonly name: string
  readonly breaker: CircuitBreaker | undefined
  update(change: PolicyUpdate): void
  snapshot(): PolicySnapshot
}

const modes: readonly BreakerMode[] = ['enforcing', 'observing', 'disabled']

/**
 * What an operator can do to the policies of a program: isolate and close their breakers, let those only observe, change
 * a few numbers, look. Those about breakers are there if a policy has one.
 * @throws {TypeError} when two policies have the same name.
 */
export function policyActions(policies: readonly OperablePolicy[]): readonly Action[] {
  const byName = new Map(policies.map((policy) => [policy.name, policy]))
  if (byName.size < policies.length) throw new TypeError('policyActions: each policy needs a name of its own')
  const guarded = new Map<string, CircuitBreaker>()
  for (const { name, breaker } of policies) if (breaker !== undefined) guarded.set(name, breaker)
  const all = [updateAction(byName), snapshotAction(byName)]
  return guarded.size === 0 ? all : [...breakerActions(guarded), ...all]
}

interface NameField {
  readonly type: 'string'
  readonly description: string
  readonly oneOf: readonly string[]
}

function nameField(names: Iterable<string>): NameField {
  return { type: 'string', description: 'Name of the policy.', oneOf: [...names] }
}

function breakerActions(breakers: ReadonlyMap<string, CircuitBreaker>): readonly Action[] {
  const policy = nameField(breakers.keys())
  const isolate = action({
    name: 'policy-isolate',
    description: 'Refuses every call of a policy until it is closed again.',
    risk: 'change',
    input: { policy, why: { type: 'string', description: 'Shown with the state, for those who look at it later.' } },
    run: async (input) => {
      const breaker = breakers.get(input.policy)!
      breaker.isolate(input.why)
      return breaker.state
    },
  })
  const close = action({
    name: 'policy-close',
    description: 'Closes the circuit of a policy, whatever opened it. What it remembers of failures is forgotten.',
    risk: 'change',
    input: { policy },
    run: async (input) => {
      const breaker = breakers.get(input.policy)!
      breaker.close()
      return breaker.state
    },
  })
  const setMode = action({
    name: 'policy-breaker-mode',
    description: 'Lets the breaker of a policy refuse, judge without refusing, or do nothing at all.',
    risk: 'change',
    input: { policy, mode: { type: 'string', description: 'What the breaker does.', oneOf: modes } },
    run: async (input) => {
      const breaker = breakers.get(input.policy)!
      breaker.mode = input.mode
      return { mode: breaker.mode, ...breaker.state }
    },
  })
  return [isolate, close, setMode]
}

function updateAction(policies: ReadonlyMap<string, OperablePolicy>): Action {
  return action({
    name: 'policy-update',
    description: 'Changes numbers of a policy, until the program ends. What it remembers stays.',
    risk: 'change',
    input: {
      policy: nameField(policies.keys()),
      attemptTimeoutMs: { ...longMs, description: 'How long an attempt may take, in milliseconds.' },
      maxAttempts: { ...number, min: 1, max: 100, description: 'Calls in total, the first included.' },
      minCalls: { ...number, min: 1, max: 1_000_000, description: 'Calls without which failures say nothing.' },
      failurePercent: { ...number, min: 1, max: 100, description: 'Share of failed calls at which the circuit opens.' },
      openMs: { ...longMs, description: 'How long it stays open the first time, in milliseconds.' },
      probes: { ...number, min: 1, max: 1_000, description: 'Calls that must succeed before it closes.' },
    },
    run: async ({ policy: name, attemptTimeoutMs, maxAttempts, minCalls, failurePercent, openMs, probes }) => {
      const failureRate = failurePercent === undefined ? undefined : failurePercent / 100
      const breaker = given({ minCalls, failureRate, openMs, probes })
      const retry = given({ maxAttempts })
      const change = given({ attemptTimeoutMs, breaker, retry })
      if (change === undefined) throw new InvalidInputError([{ path: '', message: 'nothing is to be changed' }])
      const policy = policies.get(name)!
      try {
        policy.update(change)
      } catch (error) {
        // What the policy says names the option and the value.
        if (error instanceof Error)
          throw new InvalidInputError([{ path: '', message: error.message }], { cause: error })
        throw error
      }
      return change
    },
  })
}

const number = { type: 'integer', optional: true } as const
const longMs = { ...number, min: 1, max: 3_600_000 } as const

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** What is there of an object; `undefined` when nothing is. */
function given<T extends object>(fields: T): Given<T> | undefined {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined)
  return present.length === 0 ? undefined : (Object.fromEntries(present) as Given<T>)
}

function snapshotAction(policies: ReadonlyMap<string, OperablePolicy>): Action {
  return action({
    name: 'policy-snapshot',
    description: 'Shows what a policy has counted, and what its breaker remembers.',
    risk: 'read',
    input: { policy: nameField(policies.keys()) },
    run: async (input) => policies.get(input.policy)!.snapshot(),
  })
}
