import { InvalidInputError, type Issue } from '@ashlar/kernel'
import { ruleFault, type FaultAction, type FaultPlan, type FaultRule } from './options.ts'

const entryForm = /^([^\s;@%=]+)(?:@(\d+)|%([\d.e+-]+))?=(crash|hang|throw|delay:([\d.e+-]+))$/

/**
 * Reads a plan from text, as a parent hands it to a child in an environment variable:
 * `seed=7; sql:batch-flushed@3=crash; outbox:*%0.1=delay:50; wake:told=throw`. That is: a point, `@` with a hit or `%`
 * with a probability or neither, and `crash`, `hang`, `throw` or `delay:<milliseconds>`. Empty text is an empty plan.
 * @throws {InvalidInputError} with every entry that is wrong.
 */
export function parseFaults(text: string): { readonly rules: readonly FaultRule[]; readonly seed: number } {
  const rules: FaultRule[] = []
  const issues: Issue[] = []
  let seed = 1
  for (const entry of text.split(/[;\s]+/).filter(Boolean)) {
    const seedText = /^seed=(\d+)$/.exec(entry)?.[1]
    if (seedText !== undefined) {
      seed = Number(seedText)
      continue
    }
    const rule = parseRule(entry)
    const fault = rule === undefined ? 'must look like name@3=crash, name%0.1=delay:50 or seed=7' : ruleFault(rule)
    if (fault !== undefined) issues.push({ path: `"${entry}"`, message: fault })
    else if (rule !== undefined) rules.push(rule)
  }
  if (issues.length > 0) throw new InvalidInputError(issues)
  return { rules, seed }
}

/** The plan as text that {@link parseFaults} reads. A rule's own error stays behind: text cannot carry it. */
export function formatFaults(plan: FaultPlan): string {
  const entries = plan.rules.map(({ point, action, at, probability }) => {
    const when = at === undefined ? (probability === undefined ? '' : `%${probability}`) : `@${at}`
    return `${point}${when}=${action.kind}${action.kind === 'delay' ? `:${action.delayMs}` : ''}`
  })
  return [`seed=${plan.seed ?? 1}`, ...entries].join('; ')
}

function parseRule(entry: string): FaultRule | undefined {
  const [whole, point, at, probability, what, delayMs] = entryForm.exec(entry) ?? []
  if (whole === undefined || point === undefined) return undefined
  const action: FaultAction =
    delayMs === undefined ? { kind: what as 'crash' | 'hang' | 'throw' } : { kind: 'delay', delayMs: Number(delayMs) }
  return {
    point,
    action,
    ...(at !== undefined && { at: Number(at) }),
    ...(probability !== undefined && { probability: Number(probability) }),
  }
}
