import { driveFaults, sleep, systemClock, type Clock } from '@ashlar/kernel'
import { seededRandom } from '@ashlar/kernel/testing'
import { FaultInjectedError } from './errors.ts'
import { ruleFault, type FaultAction, type FaultPlan, type FaultRule } from './options.ts'

export interface FaultControlOptions extends FaultPlan {
  /** Measures delays. @default the machine's */
  readonly clock?: Clock
  /** Told of every hit before any rule is looked at; the hit waits for what it returns. */
  onHit?(point: string): Promise<void> | undefined
  /** Told of every fault just before it happens: of a crash, too. */
  onFault?(fault: { readonly point: string; readonly hit: number; readonly action: FaultAction }): void
}

/** In charge of this process's fault points until it is disposed of. */
export interface FaultControl extends Disposable {
  /** How often the point of this name was reached. */
  hits(point: string): number
  /** Lets everything that hangs go on, now. What hangs later hangs again. */
  release(): void
}

/**
 * Makes the kernel's fault points delay, fail, hang or kill the process, as the rules say. The same plan, and the same
 * order of hits, give the same faults. Disposing releases what hangs.
 * @throws {RangeError} when a rule cannot be followed.
 * @throws {TypeError} when something else is in charge of the fault points.
 */
export function controlFaults(options: FaultControlOptions): FaultControl {
  const { rules, seed = 1, clock = systemClock } = options
  for (const [index, rule] of rules.entries()) {
    const fault = ruleFault(rule)
    if (fault !== undefined) throw new RangeError(`controlFaults: rules[${index}]: ${fault}`)
  }
  // Each rule draws from its own source, so that a rule that is added leaves the others' faults where they were.
  const deciders = rules.map((rule, index) => decider(rule, seed + index * 0x9e3779b9))
  const hits = new Map<string, number>()
  let gate = Promise.withResolvers<void>()

  const meet = (point: string): Promise<void> | undefined => {
    const decisions = deciders.map((decide) => decide(point))
    const first = decisions.findIndex((decision) => decision?.applies === true)
    const [rule, hit] = [rules[first], decisions[first]?.hit]
    if (rule === undefined || hit === undefined) return undefined
    options.onFault?.({ point, hit, action: rule.action })
    return act(rule.action, { point, hit }, clock, gate.promise)
  }

  const driver = driveFaults({
    hit(point) {
      hits.set(point, (hits.get(point) ?? 0) + 1)
      const told = options.onHit?.(point)
      return told === undefined ? meet(point) : told.then(() => meet(point))
    },
  })
  const release = (): void => {
    gate.resolve()
    gate = Promise.withResolvers()
  }
  return {
    hits: (point) => hits.get(point) ?? 0,
    release,
    [Symbol.dispose]() {
      driver[Symbol.dispose]()
      release()
    },
  }
}

/** Counts the rule's hits; says for each which it was and whether the rule applies. */
function decider(rule: FaultRule, seed: number): (point: string) => { hit: number; applies: boolean } | undefined {
  const random = seededRandom(seed)
  let hit = 0
  return (point) => {
    if (!matches(rule.point, point)) return undefined
    hit += 1
    if (rule.at !== undefined) return { hit, applies: hit === rule.at }
    return { hit, applies: rule.probability === undefined || random.next() < rule.probability }
  }
}

function matches(pattern: string, point: string): boolean {
  return pattern.endsWith('*') ? point.startsWith(pattern.slice(0, -1)) : point === pattern
}

async function act(
  action: FaultAction,
  where: { readonly point: string; readonly hit: number },
  clock: Clock,
  released: Promise<void>,
): Promise<void> {
  switch (action.kind) {
    case 'delay':
      return sleep(clock, action.delayMs)
    case 'throw':
      throw action.error ?? new FaultInjectedError(where)
    case 'hang':
      return released
    case 'crash':
      process.kill(process.pid, 'SIGKILL')
      // The signal has been sent; not one more step may be taken until it arrives.
      return new Promise(() => {})
  }
}
