import { spawn, type ChildProcess } from 'node:child_process'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readLines } from './line-reader.ts'

const cli = fileURLToPath(new URL('./cli.ts', import.meta.url))

/** A command line that runs. */
export interface Command {
  readonly child: ChildProcess
  readonly out: string[]
  readonly err: string[]
  /** Resolves with the first line of its output that matches. */
  line(pattern: RegExp): Promise<string>
  /** Resolves with its exit status when it has ended and printed everything. */
  readonly ended: Promise<number | null>
}

/** Runs the command line in `cwd`; it goes with the test at the latest. */
export function ashlar(t: TestContext, cwd: string, args: readonly string[], program: string = cli): Command {
  const nodeOptions = program === cli ? ['--conditions=ashlar:source'] : []
  const child = spawn(process.execPath, [...nodeOptions, program, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  const [out, err]: [string[], string[]] = [[], []]
  const waiting = new Map<RegExp, (line: string) => void>()
  const onLine = (line: string): void => {
    out.push(line)
    for (const [pattern, resolve] of waiting) if (pattern.test(line)) resolve(line)
  }
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const reading = [readLines(child.stdout, onLine), readLines(child.stderr, (line) => void err.push(line))]
  const ended = Promise.all([exited, ...reading]).then(([code]) => code)
  return {
    child,
    out,
    err,
    ended,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        waiting.set(pattern, resolve)
        for (const line of out) if (pattern.test(line)) resolve(line)
        void ended.then((code) => reject(new Error(`ended with ${code}: ${[...out, ...err].join('\n')}`)))
      }),
  }
}
