import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { sleep, systemClock } from '@ashlar/kernel'
import { ProgramFailedError } from './errors.ts'
import type { Program } from './options.ts'
import { isRunning } from './process-state.ts'

const keptOutputChars = 4_096
/** Groups that would outlive this process if it ended now. */
const groups = new Set<number>()

/** A program in a process group of its own, which `end` ends as a whole. */
export class RunningProgram {
  readonly #child: ChildProcess
  readonly #command: string
  readonly #closed: Promise<unknown>
  #output = ''
  /** Settles when the program has: resolves at exit code 0 or a SIGKILL of ours, else rejects. */
  readonly ended: Promise<void>
  #wasKilled = false

  /** `onPoint` is called with each point that the program reports, one after the other; it goes on when that resolves. */
  constructor(program: Program, onPoint: (name: string) => Promise<void>) {
    const { command, args = [], env, cwd } = program
    this.#command = [command, ...args].join(' ').slice(0, 200)
    this.#child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      ...(env !== undefined && { env }),
      ...(cwd !== undefined && { cwd }),
    })
    if (this.#child.pid !== undefined) track(this.#child.pid)
    this.#closed = once(this.#child, 'close').catch(() => {})
    this.ended = this.#untilEnd()
    // Whoever started the program awaits its end, but may do something else first.
    this.ended.catch(() => {})
    this.#listen(onPoint)
  }

  kill(): void {
    this.#wasKilled = true
    this.#child.kill('SIGKILL')
  }

  /** Resolves when no thread of the program runs any more. */
  async pause(): Promise<void> {
    this.#child.kill('SIGSTOP')
    // The signal reaches a thread when it next enters the kernel; a lease is not left behind by one that still runs.
    while (isRunning(this.#child.pid)) await sleep(systemClock, 1)
  }

  resume(): void {
    this.#child.kill('SIGCONT')
  }

  /** The end of what it printed. */
  get output(): string {
    return this.#output.trim()
  }

  /** How it failed, for a report. */
  failure(how: string, cause?: unknown): ProgramFailedError {
    return new ProgramFailedError({ command: this.#command, how, output: this.output }, { cause })
  }

  /** Ends whatever is left of the program and of what it started. */
  async end(): Promise<void> {
    const { pid } = this.#child
    if (pid !== undefined) endGroup(pid)
    // The pipes close when the last process that holds them is gone. One that left the group is not ours to wait for.
    const enough = new AbortController()
    const limit = sleep(systemClock, 1_000, { signal: enough.signal }).catch(() => {})
    await Promise.race([this.#closed, limit])
    enough.abort()
    this.#child.stdout?.destroy()
    this.#child.stderr?.destroy()
  }

  async #untilEnd(): Promise<void> {
    const [code, signal] = (await once(this.#child, 'exit').catch((error: unknown) => {
      throw this.failure('could not be started', error)
    })) as [number | null, string | null]
    if (this.#wasKilled) return
    // What a program that has ended leaves running ends, too, so that all its lines are read.
    await this.end()
    if (code !== 0) throw this.failure(code === null ? `was ended by ${signal}` : `ended with exit code ${code}`)
  }

  #listen(onPoint: (name: string) => Promise<void>): void {
    const { stdout, stderr } = this.#child
    const keep = (text: string): void => {
      this.#output = (this.#output + text).slice(-keptOutputChars)
    }
    stderr?.setEncoding('utf8').on('data', keep)
    createInterface({ input: stdout as Readable }).on('line', (line) => {
      const name = /^ashlar:point (.+)$/.exec(line)?.[1]
      if (name === undefined) keep(`${line}\n`)
      else void onPoint(name)
    })
    this.#child.on('message', (message) => {
      const { type, name, id } = message as { readonly type?: unknown; readonly name?: unknown; readonly id?: unknown }
      if (type !== 'ashlar:point' || typeof name !== 'string') return
      void onPoint(name).then(() => {
        // A program that has ended in the meantime needs no answer.
        if (this.#child.connected) this.#child.send({ type: 'ashlar:go-on', id }, () => {})
      })
    })
  }
}

function track(pid: number): void {
  if (groups.size === 0) process.on('exit', endGroups)
  groups.add(pid)
}

function endGroups(): void {
  for (const pid of groups) endGroup(pid)
}

function endGroup(pid: number): void {
  // Once only: when the group is empty, the system may give its number to somebody else.
  if (!groups.delete(pid)) return
  if (groups.size === 0) process.off('exit', endGroups)
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody is left in it.
  }
}
