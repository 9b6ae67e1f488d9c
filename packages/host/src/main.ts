import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { codeOf } from '@ashlar/kernel'
import { isPort } from './check-topology.ts'
import { commandNames } from './command-names.ts'
import { processConsole, type Console } from './console.ts'
import { NotRunningError, UsageError } from './errors.ts'

const exitFailed = 1
const exitUsage = 2
const exitNotRunning = 3

const general = { config: { type: 'string' }, directory: { type: 'string' }, json: { type: 'boolean' } } as const
const upOptions = { ...general, port: { type: 'string' }, ephemeral: { type: 'boolean' } } as const

/** Runs one command. Resolves to the exit status. */
async function run(args: readonly string[], console: Console): Promise<number> {
  const [asked = 'help', ...rest] = args
  // What belongs to a service has help of its own.
  const command = commandNames.includes(asked) && rest.some((flag) => isHelp(flag)) ? 'help' : asked
  // Each command loads its own code only.
  switch (command) {
    case 'up': {
      const { config, directory, port, ephemeral = false, json = false } = options(command, rest, upOptions)
      const { upCommand } = await import('./commands/up.ts')
      return upCommand({ config, directory, port: portOf(port), ephemeral, json }, console)
    }
    case 'status': {
      const { config, directory, json = false } = options(command, rest, general)
      const { statusCommand } = await import('./commands/status.ts')
      return statusCommand({ config, directory, json }, console)
    }
    case 'help':
    case '--help':
    case '-h':
      return (await import('./commands/help.ts')).help(console)
    case '--version':
      return (await import('./commands/help.ts')).version(console)
    case 'actions': {
      const { config, directory, json = false } = options(command, rest, general)
      const { actionsCommand } = await import('./commands/actions.ts')
      return actionsCommand({ config, directory, json }, console)
    }
    case 'traces':
      return (await import('./commands/traces.ts')).tracesCommand(rest, console)
    case 'logs':
      return (await import('./commands/logs.ts')).logsCommand(rest, console)
    case 'metrics':
      return (await import('./commands/metrics.ts')).metricsCommand(rest, console)
    case 'completion':
      return (await import('./commands/completion.ts')).completionCommand(rest, console)
    case '__complete':
      return (await import('./commands/complete.ts')).completeCommand(rest, console)
    default:
      return (await import('./commands/service.ts')).serviceCommand(command, rest, console)
  }
}

function options<const O extends ParseArgsOptionsConfig>(
  command: string,
  args: readonly string[],
  known: O,
): ReturnType<typeof parseArgs<{ options: O; args: string[] }>>['values'] {
  try {
    return parseArgs({ args: [...args], options: known, allowPositionals: false }).values
  } catch (error) {
    // Node's own message goes on to explain how to pass an argument that looks like an option.
    const what = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error)
    throw new UsageError(`${command}: ${what}; "ashlar help" lists what there is`, { cause: error })
  }
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const port = Number(text)
  if (!isPort(port)) throw new UsageError(`up: --port is a port, 1 to 65535, not "${text}"`)
  return port
}

function isHelp(flag: string): boolean {
  return flag === '--help' || flag === '-h'
}

/** What to print of an error: the message of those that are meant to be read, everything of those that are not. */
function explain(error: unknown): string {
  if (codeOf(error)?.startsWith('ASHLAR_') === true && error instanceof Error) return `ashlar: ${error.message}`
  return `ashlar: ${error instanceof Error ? error.stack : String(error)}`
}

/** Runs the command that `args` name, prints what goes wrong in words, and ends the process. */
export async function main(args: readonly string[]): Promise<never> {
  // When our output has no reader any more, as in `ashlar up | head`, there is nobody left to run for. What has to be
  // stopped in order listens for this; anything else is over, and its reader has all it wanted.
  const console = processConsole(() => {
    if (process.listenerCount('SIGTERM') > 0) process.kill(process.pid, 'SIGTERM')
    else process.exit(0)
  })
  let status: number
  try {
    status = await run(args, console)
  } catch (error) {
    console.err(explain(error))
    status = error instanceof UsageError ? exitUsage : error instanceof NotRunningError ? exitNotRunning : exitFailed
  }
  await console.flush()
  process.exit(status)
}
