import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { systemClock } from '@ashlar/kernel'
import { run, type RunOptions } from './run.ts'

/** Clones this repository, as committed, into `target`. */
export async function cloneTo(target: string): Promise<void> {
  await succeed('git', ['clone', '--quiet', '--no-hardlinks', join(import.meta.dirname, '..'), target])
}

/** What a login of a new user has, and nothing of the caller's npm configuration or cache. */
export function freshEnvironment(home: string, port: number): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: home,
    TMPDIR: join(home, 'tmp'),
    LANG: 'C.UTF-8',
    npm_config_cache: join(home, 'npm cache'),
    npm_config_registry: process.env.npm_config_registry,
    NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS,
    GATEWAY_PORT: String(port),
  }
}

/** Runs a command that must succeed. @throws with the end of what it printed when it does not. */
export async function succeed(command: string, args: readonly string[], options: RunOptions = {}): Promise<void> {
  const { code, output } = await run(command, args, options)
  assert.equal(code, 0, `${command} ${args.join(' ')}:\n${output.slice(-4_000)}`)
}

/** A shop that `npm start` runs. */
export interface Started {
  readonly process: ChildProcess
  readonly url: string
  /** From the command to the ready line. */
  readonly readyMs: number
  /** Ctrl-C: the signal that the terminal sends to the whole foreground group. */
  interrupt(): Promise<void>
  kill(): void
}

/** Runs `npm start` and resolves at its ready line. @throws with what it printed when it ends before. */
export async function startShop(options: RunOptions): Promise<Started> {
  const begin = systemClock.now()
  const child = spawn('npm', ['start'], { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  child.stderr.on('data', (chunk: Buffer) => lines.push(chunk.toString()))
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    const url = /^ready in .*(http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1]
    if (url === undefined) continue
    const readyMs = Math.round(systemClock.now() - begin)
    child.stdout.resume()
    const signal = (name: NodeJS.Signals): void => {
      if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid as number), name)
    }
    return {
      process: child,
      url,
      readyMs,
      async interrupt() {
        const exited = once(child, 'exit')
        signal('SIGINT')
        await exited
      },
      kill: () => signal('SIGKILL'),
    }
  }
  throw new Error(`npm start ended before it was ready:\n${lines.join('\n')}`)
}
