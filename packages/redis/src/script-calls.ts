import type { Connection } from './connection.ts'
import { hashOf, manyTimes, scriptCommand, type Script } from './scripts.ts'

interface Call {
  readonly keys: readonly string[]
  readonly args: readonly (string | number)[]
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Calls of one script with as many keys and arguments each. */
interface Group {
  readonly connection: Connection
  readonly script: Script
  readonly shape: string
  readonly calls: Call[]
}

// What runs in one go keeps all others waiting.
const maxCalls = 100

/**
 * Calls of scripts. Those that are made in the same turn of the event loop go as one command, in their order: Redis looks
 * the script up once, and a command costs both sides more than what a short script does. Each still runs in one go, and
 * fails alone.
 */
export class ScriptCalls {
  readonly #onLoaded: (script: Script) => void
  #groups: Group[] = []

  /** @param onLoaded Told of a script that is sent as a whole. */
  constructor(onLoaded: (script: Script) => void) {
    this.#onLoaded = onLoaded
  }

  /** Rejects with the client's own error. */
  call(
    connection: Connection,
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    connection.announce(1)
    return new Promise((resolve, reject) => {
      this.#groupFor(connection, script, `${keys.length} ${args.length}`).calls.push({ keys, args, resolve, reject })
    })
  }

  #groupFor(connection: Connection, script: Script, shape: string): Group {
    // Only the last, so that nobody overtakes anybody. What a script says of itself in its first line holds for a whole.
    const last = this.#groups.at(-1)
    const fits = last?.script === script && last.shape === shape && last.connection === connection
    if (last !== undefined && fits && last.calls.length < maxCalls && !script.lua.startsWith('#!')) return last
    // After all that the answers which have just come in set going, and before the client writes to its socket.
    if (last === undefined) process.nextTick(() => this.#sendAll())
    const group = { connection, script, shape, calls: [] }
    this.#groups.push(group)
    return group
  }

  #sendAll(): void {
    const groups = this.#groups
    this.#groups = []
    for (const group of groups) void this.#send(group)
  }

  async #send({ connection, script, calls }: Group): Promise<void> {
    const [first, ...others] = calls
    if (first === undefined) return
    try {
      if (others.length === 0) {
        first.resolve(await this.#evaluate(connection, script, first.keys, first.args, 1))
        return
      }
      const keys = calls.flatMap((call) => call.keys)
      const args = calls.flatMap((call) => call.args)
      const answers = await this.#evaluate(connection, manyTimes(script), keys, [calls.length, ...args], calls.length)
      for (const [nth, { resolve, reject }] of calls.entries()) {
        const answer: unknown = (answers as readonly unknown[])[nth]
        if (answer instanceof Error) reject(answer)
        else resolve(answer)
      }
    } catch (error) {
      for (const { reject } of calls) reject(error)
    }
  }

  async #evaluate(
    connection: Connection,
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
    calls: number,
  ): Promise<unknown> {
    try {
      return await connection.send(scriptCommand('EVALSHA', hashOf(script), keys, args), calls)
    } catch (error) {
      if (!connection.isReply(error, 'NOSCRIPT')) throw error
      this.#onLoaded(script)
      connection.announce(calls)
      return connection.send(scriptCommand('EVAL', script.lua, keys, args), calls)
    }
  }
}
