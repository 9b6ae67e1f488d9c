import { spawn } from 'node:child_process'
import { describeExit, killGroup } from './process-group.ts'

/** Of what a tool prints, this much is kept, from the end: that is where the reason is. */
const keptOutputChars = 32_768

export interface ToolResult {
  /** How it failed; `undefined` when it did not. */
  readonly how: string | undefined
  /** The end of what it printed. */
  readonly output: string
}

/**
 * Runs a program to its end.
 * @throws the signal's reason when it aborts; the program, and what it started, is killed.
 */
export function runTool(
  program: string,
  args: readonly string[],
  options: {
    readonly cwd: string
    readonly env: Readonly<Record<string, string>>
    readonly signal?: AbortSignal | undefined
  },
): Promise<ToolResult> {
  const { cwd, env, signal } = options
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    // A group of its own, so that all of it can be killed.
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-keptOutputChars)))
    }
    const onAbort = (): void => killGroup(child.pid)
    signal?.addEventListener('abort', onAbort, { once: true })
    const settle = (how: string | undefined): void => {
      signal?.removeEventListener('abort', onAbort)
      if (signal?.aborted === true) reject(signal.reason as Error)
      else resolve({ how, output: output.trimEnd() })
    }
    child.once('error', (error) => settle(error.message))
    child.once('close', (code, killedBy) => settle(code === 0 ? undefined : describeExit(code, killedBy)))
  })
}
