import { toIsoTime } from '@ashlar/kernel'
import { askCollector, findCollector, type CollectorTarget } from '../collector-client.ts'
import type { LogView } from '../collector/query/log-view.ts'
import type { TraceSummary, TraceView } from '../collector/query/trace-view.ts'
import type { Console } from '../console.ts'
import type { Flags } from '../flags.ts'
import { printLogs } from '../print-logs.ts'
import { inline } from '../printable.ts'
import { durationOf, limitOf, sinceOf, textOf, tracesFlags, wordAndFlags } from '../query-flags.ts'
import { table } from '../table.ts'
import { cut, milliseconds, waterfall } from '../waterfall.ts'

const command = 'traces'
const maxNameWidth = 60

/** `ashlar traces [<trace id>] [--flag ...]`. Resolves to the exit status. */
export async function tracesCommand(args: readonly string[], console: Console): Promise<number> {
  const { word: traceId, flags } = wordAndFlags(command, args, tracesFlags)
  const query = {
    service: textOf(flags, 'service'),
    name: textOf(flags, 'name'),
    minDurationMs: durationOf(command, flags, 'slower-than'),
    errors: flags['errors'] === true ? 'true' : undefined,
    since: sinceOf(command, flags),
    limit: limitOf(command, flags),
  }
  const target = findCollector({ config: textOf(flags, 'config'), directory: textOf(flags, 'directory') })
  if (traceId !== undefined) return showTrace(target, traceId, flags, console)
  const answer = await askCollector<{ traces: readonly TraceSummary[] }>(target, 'traces', query)
  // They come in the order of their arrival: one that took long, after those that began later.
  const traces = answer.traces.toSorted((a, b) => b.startMs - a.startMs)
  if (flags['json'] === true) for (const trace of traces) void console.out(JSON.stringify(trace))
  else if (traces.length === 0) void console.out('no traces; those that services keep arrive after a second')
  else for (const line of linesOf(traces)) void console.out(line)
  return 0
}

async function showTrace(target: CollectorTarget, traceId: string, flags: Flags, console: Console): Promise<number> {
  const path = `traces/${encodeURIComponent(traceId)}`
  const { logs, ...trace } = await askCollector<TraceView & { readonly logs: readonly LogView[] }>(target, path)
  if (flags['json'] === true) {
    void console.out(JSON.stringify({ ...trace, logs }))
    return 0
  }
  const { name, durationMs, spans, errors, complete, startMs } = trace
  const counts = [`${spans.length} spans`, `${errors} failed`, ...(complete ? [] : ['not complete'])].join(', ')
  void console.out(`${inline(name)}   ${milliseconds(durationMs)}   ${counts}   ${toIsoTime(Math.floor(startMs))}`)
  for (const line of ['', ...waterfall(trace, console.columns)]) void console.out(line)
  if (logs.length > 0) void console.out('')
  printLogs(logs, console)
  return 0
}

function linesOf(traces: readonly TraceSummary[]): string[] {
  const header = ['started', 'took', 'spans', 'failed', 'service', 'what', 'trace']
  const rows = traces.map(({ startMs, durationMs, spans, errors, service, name, traceId, complete }) => [
    toIsoTime(Math.floor(startMs)),
    milliseconds(durationMs),
    `${spans}${complete ? '' : '+'}`,
    errors === 0 ? '' : String(errors),
    inline(service),
    cut(inline(name), maxNameWidth),
    traceId,
  ])
  return table([header, ...rows], [1, 2, 3])
}
