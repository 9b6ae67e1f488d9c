import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const library = new URL('./index.ts', import.meta.url).href
const client = new URL('../index.ts', import.meta.url).href

export interface StartedChild {
  readonly child: ChildProcess
  /** What the program passed to `tell`. */
  readonly told: unknown
}

/**
 * Runs a program in another process, up to when it calls `tell`. It finds `startEmbedded`, `openDatabase` and `sql`
 * defined, its argument in `argument`, and goes on running when it has told.
 */
export async function startChild(
  program: string,
  argument: unknown,
  account: { uid?: number; gid?: number; home?: string } = {},
): Promise<StartedChild> {
  const source = `
    import { startEmbedded } from ${JSON.stringify(library)}
    import { openDatabase, sql } from ${JSON.stringify(client)}
    const argument = ${JSON.stringify(argument)}
    const tell = (value) => console.log(JSON.stringify(value))
    process.stdin.resume()
    ${program}`
  const { home = '/nonexistent', ...identity } = account
  const args = ['--conditions=ashlar:source', '--input-type=module', '--eval', source]
  const child = spawn(process.execPath, args, {
    ...identity,
    cwd: '/',
    env: { HOME: home, PATH: '/usr/bin:/bin', TMPDIR: home === '/nonexistent' ? '/tmp' : home },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  for await (const line of createInterface(child.stdout)) return { child, told: JSON.parse(line) as unknown }
  throw new Error('the child ended without a word')
}

/** Kills the child as the system would when memory is short, and waits until it is gone. */
export async function killChild({ child }: StartedChild): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
