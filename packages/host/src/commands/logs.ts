import { askCollector, eventsOf, findCollector, openStream } from '../collector-client.ts'
import { contains, severities, type LevelName, type LogView } from '../collector/query/log-view.ts'
import type { Console } from '../console.ts'
import { UsageError } from '../errors.ts'
import { printLogs } from '../print-logs.ts'
import { limitOf, logsFlags, sinceOf, textOf, wordAndFlags } from '../query-flags.ts'

const command = 'logs'

interface LogsEvent {
  readonly logs: readonly LogView[]
  /** How many more came in the same request. */
  readonly omitted: number
}

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
  // Opened before the others are asked for: what arrives meanwhile is in one answer or in both.
  const stream = flags['follow'] === true ? await openStream(target, command) : undefined
  try {
    const { logs } = await askCollector<{ logs: readonly LogView[] }>(target, command, query)
    // They come in the order of their arrival, a service's in one go; the latest at the end, where a terminal shows it.
    print(logs.toSorted((a, b) => a.timeMs - b.timeMs))
    if (stream === undefined) return 0
    const printed = new Set(logs.map(({ id }) => id))
    for await (const { logs: more, omitted } of eventsOf<LogsEvent>(stream, command)) {
      print(more.filter((log) => !printed.has(log.id) && isWanted(log, query)))
      if (omitted > 0) console.err(`${omitted} more came at once, too many to follow; they can be asked for`)
    }
    return 0
  } finally {
    // Disposed of, a stream that has failed would fail a second time.
    stream?.destroy()
  }
}

function isWanted(
  log: LogView,
  query: { readonly [Name in 'service' | 'level' | 'traceId' | 'text']: string | undefined },
): boolean {
  const { service = log.service, text = '', level } = query
  const traceId = query.traceId?.toLowerCase() ?? log.traceId
  const lowest = level === undefined ? 0 : severities[level as LevelName]
  return log.service === service && log.traceId === traceId && log.severity >= lowest && contains(log.body, text)
}
