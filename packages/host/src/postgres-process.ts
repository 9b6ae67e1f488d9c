import { describeExit, killProcess } from './process-group.ts'
import type { ProcessEvents, SupervisedProcess } from './supervisor.ts'

/** What is used of an embedded server; `@ashlar/sql/embedded` makes them. */
export interface EmbeddedServer {
  readonly port: number
  readonly pid: number
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>
  urlFor(database: string): string
  ensureDatabases(names: readonly string[]): Promise<void>
  stop(): Promise<void>
}

/** Starts a server on a port: the same each time, so that clients come back to where they knew it. */
export type StartServer = (port: number) => Promise<EmbeddedServer>

/** The embedded PostgreSQL as a process that a supervisor can keep. */
export class PostgresProcess {
  readonly port: number
  readonly #start: StartServer
  readonly #databases: readonly string[]
  #server: EmbeddedServer | undefined

  constructor(options: { readonly start: StartServer; readonly port: number; readonly databases: readonly string[] }) {
    this.port = options.port
    this.#start = options.start
    this.#databases = options.databases
  }

  get url(): string {
    return `postgresql://127.0.0.1:${this.port}`
  }

  /** The URL of a database, with the password of the role that owns it. Known once the server has been ready. */
  urlFor(database: string): string | undefined {
    return this.#server?.urlFor(database)
  }

  /** As a supervisor wants it. */
  spawn(events: ProcessEvents): SupervisedProcess {
    let stopping = false
    let server: EmbeddedServer | undefined
    const run = async (): Promise<void> => {
      server = await this.#start(this.port)
      if (!stopping) {
        await server.ensureDatabases(this.#databases)
        this.#server = server
        events.ready({ pid: server.pid, url: this.url })
      }
      if (stopping) await server.stop()
      const { code, signal } = await server.exited
      events.exited(describeExit(code, signal))
    }
    run().catch(async (error: unknown) => {
      events.failed(error instanceof Error ? error.message : String(error))
      await server?.stop().catch(() => undefined)
      events.exited('could not start')
    })
    return {
      get pid() {
        return server?.pid
      },
      terminate() {
        stopping = true
        // One that cannot be stopped is killed when its time is up.
        server?.stop().catch(() => undefined)
      },
      kill() {
        stopping = true
        killProcess(server?.pid)
      },
    }
  }
}
