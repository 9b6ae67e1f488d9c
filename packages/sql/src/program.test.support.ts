import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A program in another process, which can be stopped and killed as a real one would be. */
export interface Program extends AsyncDisposable {
  /** What the program passes to `tell`, from where it was last read; ends when the process does. */
  told(): Promise<unknown>
  /** All that it tells until it ends. */
  rest(): Promise<unknown[]>
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void
}

const modules = {
  kernel: import.meta.resolve('@ashlar/kernel'),
  client: new URL('./index.ts', import.meta.url).href,
}

/**
 * Runs a module's text with `kernel` (that package), `openDatabase` and `sql`, `tell`, and `argument` defined; `module`
 * is imported from this package's sources as `subject`.
 */
export function runProgram(module: string, source: string, argument: unknown): Program {
  const text = `
    import { writeSync } from 'node:fs'
    import * as kernel from ${JSON.stringify(modules.kernel)}
    import { openDatabase, sql } from ${JSON.stringify(modules.client)}
    import * as subject from ${JSON.stringify(new URL(module, import.meta.url).href)}
    const argument = ${JSON.stringify(argument)}
    // What console.log could not write at once, because the reader is slow, would die with the process.
    const tell = (value) => void writeSync(1, JSON.stringify(value) + '\\n')
    const die = () => process.kill(process.pid, 'SIGKILL')
    ${source}`
  const child = spawn(process.execPath, ['--conditions=ashlar:source', '--input-type=module', '--eval', text], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(child, 'exit')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async (): Promise<{ value: unknown } | undefined> => {
    const line = await lines.next()
    return line.done === true ? undefined : { value: JSON.parse(line.value) as unknown }
  }
  return {
    async told() {
      const found = await next()
      if (found === undefined) throw new Error('the program ended without a word')
      return found.value
    },
    async rest() {
      const all: unknown[] = []
      for (let found = await next(); found !== undefined; found = await next()) all.push(found.value)
      return all
    },
    signal: (name) => void child.kill(name),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await gone
    },
  }
}
