import { toIsoTime, type Clock, type Timer } from '@ashlar/kernel'

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** What a service was told to log: of all of it, and of those components that differ. */
export interface LogRules {
  readonly level: LogLevel
  readonly components: Readonly<Record<string, LogLevel>>
}

/** The least that is written, as a number: loggers of one component share it, and look at it for every line. */
export interface Threshold {
  rank: number
}

/** A level as an operator sees it. */
export interface LevelReport {
  /** `null` for the service as a whole. */
  readonly component: string | null
  readonly level: LogLevel
  /** When it falls back by itself, RFC 3339. */
  readonly until: string | null
}

interface Rule {
  readonly threshold: Threshold
  readonly configured: LogLevel | undefined
  lasting: LogLevel | undefined
  passing: { readonly level: LogLevel; readonly until: string; readonly timer: Timer } | undefined
}

export const levelRank: Readonly<Record<LogLevel, number>> = {
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  silent: Infinity,
}

const componentName = /^[a-z][a-z0-9-]*$/
// Names come from the program's own code. Should they come from its input after all, those beyond follow the service.
const maxComponents = 100

/**
 * What one service is told to log, by a text such as `info,order=debug,order.sweeper=warn`. A level by itself is every
 * service's, one with a name is that service's, or that of a component in it; what is for other services says nothing
 * here. `undefined` when the text says nothing sensible, whomever it is about.
 */
export function parseLogRules(text: string, service: string): LogRules | undefined {
  let everybody: LogLevel | undefined
  let own: LogLevel | undefined
  const components: [string, LogLevel][] = []
  for (const entry of text.split(',')) {
    const [first = '', second, ...more] = entry.split('=').map((part) => part.trim())
    const level = logLevels.find((known) => known === (second ?? first))
    if (level === undefined || more.length > 0 || first === '') return undefined
    if (second === undefined && everybody !== undefined) return undefined
    if (second === undefined) everybody = level
    else if (first === service) own = level
    else if (first.startsWith(`${service}.`)) components.push([first.slice(service.length + 1), level])
  }
  return { level: own ?? everybody ?? 'info', components: Object.fromEntries(components) }
}

/** The same as text, as far as it is about `service`. */
export function formatLogRules({ level, components }: LogRules, service: string): string {
  return [level, ...Object.entries(components).map(([name, own]) => `${service}.${name}=${own}`)].join(',')
}

/** What one service logs, and its components where they differ. Can be changed while it runs. */
export class LogLevels {
  readonly #clock: Clock
  readonly #configured: LogRules
  readonly #service: Rule
  readonly #components = new Map<string, Rule>()

  constructor(rules: LogRules, clock: Clock) {
    this.#clock = clock
    this.#configured = rules
    this.#service = newRule(rules.level)
    this.#apply()
  }

  /** Of the service as a whole. */
  get threshold(): Threshold {
    return this.#service.threshold
  }

  get components(): readonly string[] {
    return [...this.#components.keys()].toSorted()
  }

  /** Of a component, which is known from now on. */
  thresholdOf(component: string): Threshold {
    let rule = this.#components.get(component)
    if (rule === undefined) {
      if (!componentName.test(component) || this.#components.size >= maxComponents) return this.threshold
      const { components } = this.#configured
      rule = newRule(Object.hasOwn(components, component) ? components[component] : undefined)
      this.#components.set(component, rule)
      this.#apply()
    }
    return rule.threshold
  }

  /**
   * Changes a level, for `forMs` when that is given; `undefined` takes back every change. Without a component, the
   * service as a whole: components that have a level of their own keep it.
   * @throws {RangeError} when the component is not known.
   */
  set(level: LogLevel | undefined, options: { readonly component?: string; readonly forMs?: number } = {}): void {
    const { component, forMs } = options
    const rule = component === undefined ? this.#service : this.#components.get(component)
    if (rule === undefined) throw new RangeError(`log levels: there is no component "${component}"`)
    rule.passing?.timer.cancel()
    rule.passing = undefined
    if (level === undefined || forMs === undefined) rule.lasting = level
    else {
      const fallBack = (): void => {
        rule.passing = undefined
        this.#apply()
      }
      const until = toIsoTime(this.#clock.wall() + forMs)
      rule.passing = { level, until, timer: this.#clock.timer(forMs, fallBack, { background: true }) }
    }
    this.#apply()
  }

  report(): LevelReport[] {
    const rules: [string | null, Rule][] = [[null, this.#service]]
    for (const name of this.components) rules.push([name, this.#components.get(name) as Rule])
    return rules.map(([component, rule]) => ({
      component,
      level: levelOf(rule) ?? (levelOf(this.#service) as LogLevel),
      until: rule.passing?.until ?? null,
    }))
  }

  /** Nothing changes by itself any more. */
  [Symbol.dispose](): void {
    for (const rule of [this.#service, ...this.#components.values()]) rule.passing?.timer.cancel()
  }

  #apply(): void {
    const level = levelOf(this.#service) as LogLevel
    this.#service.threshold.rank = levelRank[level]
    for (const rule of this.#components.values()) rule.threshold.rank = levelRank[levelOf(rule) ?? level]
  }
}

function newRule(configured: LogLevel | undefined): Rule {
  return { threshold: { rank: Infinity }, configured, lasting: undefined, passing: undefined }
}

function levelOf(rule: Rule): LogLevel | undefined {
  return rule.passing?.level ?? rule.lasting ?? rule.configured
}
