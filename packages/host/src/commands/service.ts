import type { ActionDescription } from '@ashlar/kernel'
import { listActions, runAction, type ActionTarget } from '../action-client.ts'
import type { Console } from '../console.ts'
import { ActionFailedError, UsageError } from '../errors.ts'
import { findService, placeIn } from '../find-service.ts'
import { flagOf, flagsOf, generalFlags, inputOf, parseFlags, type Flags, type FlagTypes } from '../flags.ts'
import { hint } from '../nearest.ts'
import { showResult } from '../show-result.ts'
import { table } from '../table.ts'

/** `ashlar <service> [<action> [--field value ...]]`. Resolves to the exit status. */
export async function serviceCommand(service: string, args: readonly string[], console: Console): Promise<number> {
  const [first] = args
  const name = first === undefined || first.startsWith('-') ? undefined : first
  // Which flags there are is known by the service, and where that is by two of them.
  const target = await findService(service, placeIn(args))
  const actions = await listActions(target)
  if (name === undefined) return showActions(service, actions, parseFlags(service, args, listFlags), console)
  const found = actions.find((one) => one.name === name)
  if (found === undefined) {
    const names = actions.map((one) => one.name)
    throw new UsageError(`${service} has no action "${name}"${hint(name, names)}`)
  }
  const flags = parseFlags(`${service} ${name}`, args.slice(1), { ...generalFlags, ...flagsOf(found) })
  if (flags['help'] === true) return showHelp(service, found, console)
  return perform(target, found, flags, console)
}

const listFlags: FlagTypes = { json: 'boolean', help: 'boolean', config: 'string', directory: 'string' }

async function perform(
  target: ActionTarget,
  action: ActionDescription,
  flags: Flags,
  console: Console,
): Promise<number> {
  const command = `${target.service} ${action.name}`
  const input = inputOf(command, action, flags)
  if (flags['yes'] !== true) await confirm(command, action, console)
  const reason = flags['reason'] as string | undefined
  const result = await runAction(target, { action, input, reason })
  const lines = flags['json'] === true ? [JSON.stringify(result)] : showResult(result)
  for (const line of lines) void console.out(line)
  return 0
}

/** @throws {UsageError} when nobody can be asked, {ActionFailedError} when the answer is no. */
async function confirm(command: string, action: ActionDescription, { ask }: Console): Promise<void> {
  const { risk, description } = action
  if (risk === 'read' || risk === 'change') return
  if (ask === undefined) throw new UsageError(`${command} is ${risk}; say --yes to do it all the same`)
  const answer = await ask(`${command} is ${risk}: ${description}\nGo on? [y/N] `)
  if (!/^y(es)?$/i.test(answer.trim())) throw new ActionFailedError(`${command}: not done`)
}

function showActions(service: string, actions: readonly ActionDescription[], flags: Flags, console: Console): number {
  if (flags['json'] === true) void console.out(JSON.stringify(actions))
  else {
    const rows = actions.map(({ name, risk, description }) => [name, risk, description])
    const usage = `ashlar ${service} <action> --help shows what it takes`
    for (const line of [...table([['action', 'risk', 'what it does'], ...rows]), '', usage]) void console.out(line)
  }
  return 0
}

function showHelp(service: string, action: ActionDescription, console: Console): number {
  const fields = Object.entries(action.input).map(([name, field]) => [
    `  --${flagOf(name)}${field.type === 'boolean' ? '' : field.type === 'integer' ? ' N' : ' TEXT'}`,
    field.optional === true ? '' : 'required',
    [field.description, limitsOf(field)].join(' ').trimEnd(),
  ])
  const general = [
    ['  --reason TEXT', '', 'Why, for the service’s log.'],
    ['  --json', '', 'The result as JSON.'],
    ['  --yes', '', 'Do not ask, where an action is disruptive or destructive.'],
  ]
  const lines = [
    `ashlar ${service} ${action.name} (${action.risk})`,
    action.description,
    '',
    ...table([...fields, ...general]),
  ]
  for (const line of lines) void console.out(line)
  return 0
}

function limitsOf(field: ActionDescription['input'][string]): string {
  if (field.type === 'string' && field.oneOf !== undefined) return `One of ${field.oneOf.join(', ')}.`
  if (field.type !== 'integer') return ''
  if (field.min !== undefined && field.max !== undefined) return `From ${field.min} to ${field.max}.`
  if (field.min !== undefined) return `${field.min} or more.`
  return field.max === undefined ? '' : `${field.max} or less.`
}
