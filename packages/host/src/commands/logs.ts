import { askCollector, findCollector, followCollector } from '../collector-client.ts'
import { severities, type LevelName, type LogView } from '../collector/query/log-view.ts'
import type { Console } from '../console.ts'
import { UsageError } from '../errors.ts'
import { printLogs } from '../print-logs.ts'
import { limitOf, logsFlags, sinceOf, textOf, wordAndFlags } from '../query-flags.ts'

const command = 'logs'

/** `ashlar logs [--flag ...]`: the latest, or with `--follow` those that come too. Resolves to the exit status. */
export async function logsCommand(args: readonly string[], console: Console): Promise<number> {
  const { word, flags } = wordAndFlags(command, args, logsFlags)
  if (word !== undefined) throw new UsageError(`${command}: "${word}" means nothing here`)
  const query = {
    service: textOf(flags, 'service'),
    level: textOf(flags, 'level'),
    traceId: textOf(flags, 'trace'),
    text: textOf(flags, 'text'),
    since: sinceOf(command, flags),
    limit: limitOf(command, flags),
  }
  const target = findCollector({ config: textOf(flags, 'config'), directory: textOf(flags, 'directory') })
  const print = (logs: readonly LogView[]): void => {
    if (flags['json'] === true) for (const log of logs) void console.out(JSON.stringify(log))
    else printLogs(logs, console)
  }
  const { logs } = await askCollector<{ logs: readonly LogView[] }>(target, command, query)
  // They come in the order of their arrival, a service's in one go; the latest at the end, where a terminal shows it.
  print(logs.toSorted((a, b) => a.timeMs - b.timeMs))
  if (flags['follow'] !== true) return 0
  for await (const event of followCollector<{ logs: readonly LogView[] }>(target, command)) {
    print(event.logs.filter((log) => isWanted(log, query)))
  }
  return 0
}

function isWanted(
  log: LogView,
  query: { readonly [Name in 'service' | 'level' | 'traceId' | 'text']: string | undefined },
): boolean {
  const { service = log.service, traceId = log.traceId, text = '', level } = query
  const lowest = level === undefined ? 0 : severities[level as LevelName]
  return log.service === service && log.traceId === traceId && log.severity >= lowest && log.body.includes(text)
}
