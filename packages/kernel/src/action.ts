import type { CallContext } from './call.ts'
import { InvalidInputError, type Issue } from './errors.ts'

/**
 * What an action may do: only look; change what can be changed back; change so that users may notice until it is changed
 * back; or what cannot be changed back. Command lines ask before the last two.
 */
export type ActionRisk = 'read' | 'change' | 'disruptive' | 'destructive'

interface FieldBase {
  /** For people: one sentence, with the unit where there is one. */
  readonly description: string
  /** Whether the field may be left out. @default false */
  readonly optional?: boolean
}

/** One field of an action's input: plain data, so that command lines, forms and JSON Schema can be made of it. */
export type ActionField =
  | (FieldBase & {
      readonly type: 'string'
      readonly oneOf?: readonly string[]
      /** Kept out of logs. @default false */
      readonly secret?: boolean
    })
  | (FieldBase & { readonly type: 'integer'; readonly min?: number; readonly max?: number })
  | (FieldBase & { readonly type: 'boolean' })

export type ActionFields = Readonly<Record<string, ActionField>>

type ValueOf<F extends ActionField> = F extends { type: 'integer' }
  ? number
  : F extends { type: 'boolean' }
    ? boolean
    : F extends { oneOf: readonly (infer Choice)[] }
      ? Choice
      : string

/** What `run` is given, by the fields that were declared. */
export type ActionInput<Fields extends ActionFields> = {
  readonly [Name in keyof Fields]: ValueOf<Fields[Name]> | (Fields[Name] extends { optional: true } ? undefined : never)
}

/** Something an operator can do to a running program. Packages export theirs; the program serves them all. */
export interface Action<Fields extends ActionFields = ActionFields> {
  /** Unique in the program, `<thing>-<verb>`: `log-level-set`. */
  readonly name: string
  /** One sentence: what it does, and what of it cannot be undone. */
  readonly description: string
  readonly risk: ActionRisk
  /** By their names, which are camelCase; on a command line `forMs` is `--for-ms`. */
  readonly input: Fields
  /** How long it may take. @default 10_000 */
  readonly timeoutMs?: number
  /** Resolves with what JSON can hold. Ends at the call's signal; safe to run several at a time. */
  run(input: ActionInput<Fields>, call: CallContext): Promise<unknown>
}

/** What others may know of an action: all but how it is done. Plain data. */
export type ActionDescription = Omit<Action, 'run'>

const actionName = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const fieldName = /^[a-z][a-z0-9]*([A-Z][a-z0-9]+)*$/
// What every action's command line has already.
const takenNames = new Set(['config', 'directory', 'help', 'json', 'reason', 'yes'])

/**
 * Declares an action; its input's type follows from its fields.
 * @throws {TypeError} when a command line could not take its name or a field's: `config`, `directory`, `help`, `json`,
 * `reason` and `yes` are every command line's own.
 */
export function action<const Fields extends ActionFields>(definition: Action<Fields>): Action<Fields> {
  if (!actionName.test(definition.name))
    throw new TypeError(`action: name must be kebab-case, got "${definition.name}"`)
  for (const name of Object.keys(definition.input)) {
    if (!fieldName.test(name)) {
      throw new TypeError(`action ${definition.name}: the name of a field must be camelCase, got "${name}"`)
    }
    if (takenNames.has(name)) {
      throw new TypeError(`action ${definition.name}: a field cannot be called "${name}": command lines have that`)
    }
  }
  return definition
}

/**
 * The input as the action's `run` expects it. Nothing is converted: text is no number.
 * @throws {InvalidInputError} with everything that is wrong, unknown fields included.
 */
export function parseActionInput<Fields extends ActionFields>(
  { input: fields }: { readonly input: Fields },
  input: unknown,
): ActionInput<Fields> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new InvalidInputError([{ path: '', message: 'must be an object' }])
  }
  const issues: Issue[] = []
  for (const name of Object.keys(input)) {
    if (!Object.hasOwn(fields, name)) issues.push({ path: name, message: 'is not known' })
  }
  const known: [string, unknown][] = []
  for (const [name, field] of Object.entries(fields)) {
    const value: unknown = Object.hasOwn(input, name) ? (input as Record<string, unknown>)[name] : undefined
    if (value === undefined && field.optional === true) continue
    const message = value === undefined ? 'is required' : wrongWith(field, value)
    if (message === undefined) known.push([name, value])
    else issues.push({ path: name, message })
  }
  if (issues.length > 0) throw new InvalidInputError(issues)
  return Object.fromEntries(known) as ActionInput<Fields>
}

function wrongWith(field: ActionField, value: unknown): string | undefined {
  if (field.type === 'boolean') return typeof value === 'boolean' ? undefined : 'must be true or false'
  if (field.type === 'string') {
    if (typeof value !== 'string') return 'must be text'
    if (field.oneOf === undefined || field.oneOf.includes(value)) return undefined
    return `must be one of ${field.oneOf.join(', ')}`
  }
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = field
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return undefined
  if (field.min === undefined && field.max === undefined) return 'must be a whole number'
  return `must be a whole number of ${min} to ${max}`
}
