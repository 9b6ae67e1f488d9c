import { readFileSync } from 'node:fs'
import type { Console } from '../console.ts'

const text = `ashlar runs a system of services, and what they need, on this machine

  ashlar up                   build what has changed, start everything, show its logs until Ctrl-C
  ashlar status               what is running, how it is, and the memory it takes
  ashlar traces [TRACE]       the latest traces, or one of them, span by span
  ashlar logs                 the latest log lines of all services
  ashlar metrics [METRIC]     what is measured, or the values of one metric
  ashlar actions              what can be done to each service while it runs
  ashlar SERVICE              what can be done to that service
  ashlar SERVICE ACTION ...   do it; --help says what it takes
  ashlar completion SHELL     a script that makes bash, zsh or fish complete all this
  ashlar help                 this

  --config FILE      the topology (default: the nearest ashlar.config.ts, here or above)
  --directory DIR    where data, secrets and state are kept (default: .ashlar beside the topology)
  --port N           up: the port of the public service
  --ephemeral        up: forget all data at the end
  --json             JSON, one object a line, for programs
  --service NAME     traces, logs, metrics: of that service alone
  --since 10m        traces, logs, metrics: what came so long ago at the most
  --limit N          traces, logs: so many (default: 20)
  --name TEXT        traces: with that in the name of a span
  --errors           traces: with a span that failed
  --slower-than 1s   traces: with a span that took as long
  --level LEVEL      logs: of that level and those above
  --trace TRACE      logs: of that trace
  --text TEXT        logs: with that in the line
  --follow           logs: go on with those that come
  --reason TEXT      actions: why, for the service's log
  --yes              actions: do not ask, where one is disruptive or destructive
  --version          the version

ORDER_LOG=debug ashlar up       gives LOG=debug to the service called order; likewise for every variable
LOG=warn,order=debug ashlar up  the same, and warn for all others
ORDER_DATABASE_URL=postgresql://...   order uses that database, not the embedded one

Exit status: 0 done, and all is well; 1 it failed, or something is not well; 2 a mistake on the command line;
3 not running.`

export function help(console: Console): number {
  void console.out(text)
  return 0
}

export function version(console: Console): number {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  void console.out(`ashlar ${manifest.version} (Node ${process.version})`)
  return 0
}
