import { systemClock } from '@ashlar/kernel'
import { UsageError } from './errors.ts'
import { parseFlags, type Flags, type FlagTypes } from './flags.ts'

/** What `ashlar traces`, `logs` and `metrics` take besides flags of their own. */
const queryFlags: FlagTypes = {
  service: 'string',
  since: 'string',
  limit: 'string',
  json: 'boolean',
  config: 'string',
  directory: 'string',
}

export const tracesFlags: FlagTypes = { ...queryFlags, name: 'string', errors: 'boolean', 'slower-than': 'string' }
export const logsFlags: FlagTypes = {
  ...queryFlags,
  level: 'string',
  trace: 'string',
  text: 'string',
  follow: 'boolean',
}
export const metricsFlags: FlagTypes = {
  service: 'string',
  since: 'string',
  json: 'boolean',
  config: 'string',
  directory: 'string',
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * A command's word, where it takes one and it comes first, and its flags.
 * @throws {UsageError}
 */
export function wordAndFlags(
  command: string,
  args: readonly string[],
  types: FlagTypes,
): { readonly word: string | undefined; readonly flags: Flags } {
  const [first] = args
  const word = first === undefined || first.startsWith('-') ? undefined : first
  return { word, flags: parseFlags(command, word === undefined ? args : args.slice(1), types) }
}

export function textOf(flags: Flags, flag: string): string | undefined {
  const value = flags[flag]
  return typeof value === 'string' ? value : undefined
}

/** `200ms`, `1.5s`, `10m`, in milliseconds. @throws {UsageError} */
export function durationOf(command: string, flags: Flags, flag: string): number | undefined {
  const text = textOf(flags, flag)
  if (text === undefined) return undefined
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? []
  const factor = unitsMs[unit]
  if (number === undefined || factor === undefined) {
    throw new UsageError(`${command}: --${flag} is a duration like 200ms, 1.5s, 10m, 2h or 1d, not "${text}"`)
  }
  return Number(number) * factor
}

/** The time that `--since` names: so long ago. Epoch, in milliseconds. */
export function sinceOf(command: string, flags: Flags): number | undefined {
  const agoMs = durationOf(command, flags, 'since')
  return agoMs === undefined ? undefined : Math.max(0, Math.floor(systemClock.wall() - agoMs))
}

/** @throws {UsageError} */
export function limitOf(command: string, flags: Flags): number {
  const text = textOf(flags, 'limit') ?? '20'
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= 200) return limit
  throw new UsageError(`${command}: --limit is a number from 1 to 200, not "${text}"`)
}
