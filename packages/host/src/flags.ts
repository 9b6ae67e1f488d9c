import { parseArgs } from 'node:util'
import { InvalidInputError, parseActionInput, type ActionDescription } from '@ashlar/kernel'
import { UsageError } from './errors.ts'
import { hint } from './nearest.ts'

export type FlagTypes = Readonly<Record<string, 'string' | 'boolean'>>

/** What every action's command line takes besides the action's own fields. */
export const generalFlags: FlagTypes = {
  json: 'boolean',
  yes: 'boolean',
  help: 'boolean',
  reason: 'string',
  config: 'string',
  directory: 'string',
}

/** What was given, by flag; of flags that take nothing, whether. */
export type Flags = Readonly<Record<string, string | boolean>>

/** `forMs` as a flag: `for-ms`. */
export function flagOf(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** The flags of an action's fields, by their names without dashes. */
export function flagsOf(action: ActionDescription): FlagTypes {
  const entries = Object.entries(action.input)
  return Object.fromEntries(entries.map(([name, { type }]) => [flagOf(name), type === 'boolean' ? type : 'string']))
}

/**
 * Reads `--flag value`, `--flag=value`, `--flag` and `--no-flag`.
 * @throws {UsageError} naming the first thing that is wrong, and what was probably meant.
 */
export function parseFlags(command: string, args: readonly string[], types: FlagTypes): Flags {
  const options = Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type }]))
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true, allowPositionals: true })
  const flags: Record<string, string | boolean> = {}
  for (const token of tokens) {
    if (token.kind === 'positional') throw new UsageError(`${command}: "${token.value}" means nothing here`)
    if (token.kind === 'option-terminator') continue
    const { name, rawName, value } = token
    const negated = name.startsWith('no-') ? name.slice('no-'.length) : undefined
    if (negated !== undefined && types[negated] === 'boolean') flags[negated] = false
    else if (!rawName.startsWith('--') || !Object.hasOwn(types, name)) {
      throw new UsageError(`${command}: there is no ${rawName}${hint(`--${name}`, dashed(types))}`)
    } else if (types[name] === 'boolean') {
      if (value !== undefined)
        throw new UsageError(`${command}: ${rawName} takes no value; --no-${name} is its opposite`)
      flags[name] = true
    } else {
      const isFlag = value?.startsWith('--') === true && token.inlineValue !== true
      if (value === undefined || isFlag) throw new UsageError(`${command}: ${rawName} needs a value`)
      flags[name] = value
    }
  }
  return flags
}

/**
 * The input of an action, of the flags for its fields.
 * @throws {UsageError} naming every flag that is wrong or missing.
 */
export function inputOf(command: string, action: ActionDescription, flags: Flags): object {
  const given: Record<string, unknown> = {}
  for (const [name, { type }] of Object.entries(action.input)) {
    const value = flags[flagOf(name)]
    if (value === undefined) continue
    // What is no number stays text, and is refused as that.
    given[name] = type === 'integer' && typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
  }
  try {
    return parseActionInput(action, given)
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    const wrong = error.issues.map(({ path, message }) => `--${flagOf(path)} ${message}`)
    throw new UsageError(`${command}: ${wrong.join('; ')}`, { cause: error })
  }
}

function dashed(types: FlagTypes): string[] {
  return Object.keys(types).map((name) => `--${name}`)
}
