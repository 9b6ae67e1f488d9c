import { rm } from 'node:fs/promises'
import { sleep, type Clock, type Random } from '@ashlar/kernel'
import { Board } from './board.ts'
import { describeEvent } from './describe-event.ts'
import { startAll, stopAll, type Member } from './fleet.ts'
import { hostName, recordLine, type LogLevel, type LogLine } from './log-line.ts'
import type { PlannedService } from './plan.ts'
import { PostgresProcess, type StartServer } from './postgres-process.ts'
import { prepare } from './prepare.ts'
import { startServiceProcess } from './service-process.ts'
import { Supervisor, type SupervisorEvent } from './supervisor.ts'
import type { Topology } from './topology.ts'

/** Output that was printed before a process ended gets this long to be passed on. */
const lastOutputMs = 1_000

export interface HostOptions {
  readonly topology: Topology
  readonly services: readonly PlannedService[]
  readonly root: string
  /** A directory that is removed at the end. */
  readonly forgotten: string | undefined
  readonly cacheDirectory: string
  /** For the tools of prepare tasks. */
  readonly toolEnv: Readonly<Record<string, string>>
  readonly board: Board
  readonly startServer: StartServer
  readonly postgresPort: number
  readonly onLine: (line: LogLine) => void | Promise<void>
  readonly startTimeoutMs: number
  readonly graceMs: number
  readonly clock: Clock
  readonly random: Random
}

/** The processes of a running topology, from start to stop. */
export class Host {
  readonly #options: HostOptions
  readonly #members: Member[]
  /** Those that the rest runs without. */
  readonly #optional: Member[]
  readonly #postgres: PostgresProcess | undefined
  readonly #postgresSupervisor: Supervisor | undefined
  /** The database URL that each service's latest process was given. */
  readonly #givenUrls = new Map<string, string | undefined>()
  readonly #reading = new Set<Promise<void>>()
  #stopped: Promise<void> | undefined

  constructor(options: HostOptions) {
    this.#options = options
    const membersOf = (isOptional: boolean): Member[] =>
      options.services
        .filter(({ optional }) => optional === isOptional)
        .map((service) => ({ calls: service.calls, supervisor: this.#superviseService(service) }))
    this.#members = membersOf(false)
    this.#optional = membersOf(true)
    const databases = options.services.flatMap(({ database }) => (database === undefined ? [] : [database]))
    if (databases.length > 0) {
      this.#postgres = new PostgresProcess({ start: options.startServer, port: options.postgresPort, databases })
      this.#postgresSupervisor = this.#supervisePostgres(this.#postgres)
    }
  }

  /** Resolves when everything is ready that is needed. Throws with parts of it running: stop is still to be called. */
  async start(signal: AbortSignal | undefined): Promise<void> {
    const { startTimeoutMs: timeoutMs, clock } = this.#options
    process.once('exit', this.#abandon)
    await this.#startInfrastructure(signal)
    await startAll(this.#members, { timeoutMs, clock, signal })
    // Behind the others: they have the machine to themselves for as long as somebody waits for them.
    for (const { supervisor } of this.#optional) supervisor.keep()
  }

  /** Stops everything in order. Never fails; calling it again waits for the same end. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  databaseUrl(service: string): string | undefined {
    const planned = this.#options.services.find(({ name }) => name === service)
    return planned?.database === undefined ? planned?.env['DATABASE_URL'] : this.#postgres?.urlFor(planned.database)
  }

  // Whatever makes us exit before everything has stopped, nothing outlives us. The database server is left to its own
  // watch, which shuts it down cleanly.
  readonly #abandon = (): void => {
    for (const { supervisor } of [...this.#members, ...this.#optional]) supervisor.kill()
    this.#options.board.close()
  }

  async #stop(): Promise<void> {
    const { board, clock, forgotten } = this.#options
    await stopAll(this.#members)
    await stopAll(this.#optional)
    await this.#postgresSupervisor?.stop()
    if (forgotten !== undefined) {
      const onError = (error: Error): void => this.#say('warn', `${forgotten} is left behind: ${error.message}`)
      await rm(forgotten, { recursive: true, force: true }).catch(onError)
    }
    const enough = new AbortController()
    const waited = sleep(clock, lastOutputMs, { signal: enough.signal }).catch(() => undefined)
    await Promise.race([Promise.all(this.#reading), waited])
    enough.abort()
    board.close()
    process.off('exit', this.#abandon)
  }

  // Builds and the database server have nothing to do with each other. When one fails the other is not left running.
  async #startInfrastructure(signal: AbortSignal | undefined): Promise<void> {
    const failed = new AbortController()
    const either = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal])
    const tasks = [this.#prepareAll(either), this.#postgresSupervisor?.start() ?? Promise.resolve()]
    await Promise.all(tasks.map((task) => task.catch((error: unknown) => failed.abort(error))))
    either.throwIfAborted()
  }

  async #prepareAll(signal: AbortSignal): Promise<void> {
    const { topology, root, cacheDirectory, toolEnv: env, clock } = this.#options
    for (const [task, spec] of Object.entries(topology.prepare ?? {})) {
      const tookMs = await prepare(task, spec, { root, cacheDirectory, env, signal, clock })
      if (tookMs !== undefined) this.#say('info', `prepared ${task} in ${Math.round(tookMs)} ms`)
    }
  }

  #superviseService(service: PlannedService): Supervisor {
    const { root, board, onLine, clock, random, startTimeoutMs, graceMs } = this.#options
    const supervisor: Supervisor = new Supervisor({
      name: service.name,
      spawn: (events) => {
        const url = this.databaseUrl(service.name)
        const env = url === undefined ? service.env : { ...service.env, DATABASE_URL: url }
        this.#givenUrls.set(service.name, url)
        return startServiceProcess(
          { name: service.name, main: service.main, cwd: root, env, onLine, onReading: (done) => this.#track(done) },
          events,
        )
      },
      onChange: (event) => {
        board.updateService(supervisor, service)
        this.#report(service.name, event)
      },
      startTimeoutMs,
      graceMs,
      clock,
      random,
    })
    return supervisor
  }

  #supervisePostgres(postgres: PostgresProcess): Supervisor {
    const { board, clock, random, startTimeoutMs, graceMs } = this.#options
    const supervisor: Supervisor = new Supervisor({
      name: 'postgres',
      spawn: (events) => postgres.spawn(events),
      onChange: (event) => {
        board.updatePostgres(supervisor, postgres)
        this.#report('postgres', event)
        if (event?.kind === 'ready') this.#renewOutdated()
      },
      startTimeoutMs,
      graceMs,
      clock,
      random,
    })
    return supervisor
  }

  // A database server that kept nothing comes back with new passwords, and without the tables that services made.
  #renewOutdated(): void {
    for (const { supervisor } of [...this.#members, ...this.#optional]) {
      const { name, state } = supervisor
      if (state.kind === 'stopped' || this.#givenUrls.get(name) === this.databaseUrl(name)) continue
      this.#say('warn', `${name} is started anew: its database is a new one`)
      supervisor.renew()
    }
  }

  #report(name: string, event: SupervisorEvent | undefined): void {
    const described = event === undefined ? undefined : describeEvent(name, event)
    if (described !== undefined) this.#say(described.level, described.msg)
  }

  // Our own lines are few: they do not wait for a reader that is slow.
  #say(level: LogLevel, msg: string): void {
    const { onLine, clock } = this.#options
    void onLine(recordLine(hostName, { level, msg }, clock))
  }

  #track(done: Promise<void>): void {
    this.#reading.add(done)
    void done.finally(() => this.#reading.delete(done))
  }
}
