import { spawn } from 'node:child_process'
import { readLines } from './line-reader.ts'
import type { LogLine } from './log-line.ts'
import { describeExit, killGroup } from './process-group.ts'
import type { ProcessEvents, SupervisedProcess } from './supervisor.ts'

export interface ServiceProcessOptions {
  readonly name: string
  readonly main: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Gets every line it prints; a promise holds the next ones back. */
  onLine(line: LogLine): void | Promise<void>
  /** Settles when all that it printed has been passed on. */
  onReading(done: Promise<void>): void
}

/**
 * Starts a service as a process of its own, in a process group of its own: a terminal's Ctrl-C reaches only us, and we
 * stop services in order. It reports by IPC, and sees by IPC when we are gone.
 */
export function startServiceProcess(options: ServiceProcessOptions, events: ProcessEvents): SupervisedProcess {
  const { name, main, cwd, env } = options
  const child = spawn(process.execPath, [...conditions(process.execArgv), main], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  })
  const { pid } = child
  child.on('message', (message) => passOn(message, events))
  child.once('error', (error) => events.exited(`could not be started: ${error.message}`))
  child.once('exit', (code, signal) => {
    // What it had started itself must not outlive it.
    killGroup(pid)
    events.exited(describeExit(code, signal))
  })
  for (const stream of ['stdout', 'stderr'] as const) {
    const readable = child[stream]
    if (readable === null) continue
    const reading = readLines(readable, (text) => options.onLine({ service: name, stream, text }))
    // A pipe that breaks ends the reading, nothing else: the process's exit is what counts.
    options.onReading(reading.catch(() => undefined))
  }
  return {
    pid,
    terminate: () => void child.kill('SIGTERM'),
    kill: () => killGroup(pid),
  }
}

function passOn(message: unknown, events: ProcessEvents): void {
  if (typeof message !== 'object' || message === null || !('type' in message)) return
  if (message.type === 'ashlar:ready' && 'url' in message && 'pid' in message) {
    const adminUrl = 'adminUrl' in message ? { adminUrl: String(message.adminUrl) } : {}
    events.ready({ url: String(message.url), pid: Number(message.pid), ...adminUrl })
  } else if (message.type === 'ashlar:failed' && 'message' in message) {
    events.failed(String(message.message))
  }
}

/** Of Node's options only the conditions are handed on: they decide which form of a package is run. */
function conditions(execArgv: readonly string[]): string[] {
  return execArgv.flatMap((option, index) => {
    if (option.startsWith('--conditions=')) return [option]
    const value = execArgv[index + 1]
    return (option === '--conditions' || option === '-C') && value !== undefined ? [`--conditions=${value}`] : []
  })
}
