import type { Clock, EdgeTable } from '@ashlar/kernel'
import type { HttpHandler } from '@ashlar/http'
import type { Log } from '../services/shared/log.ts'
import { Chance } from './chance.ts'
import { durable } from './durable.ts'
import type { RunHistory } from './history.ts'
import { Life } from './life.ts'
import type { Send, VirtualHttp } from './virtual-http.ts'

/** What a simulated process gives to the service in it. */
export interface Host {
  readonly name: string
  readonly life: Life
  readonly chance: Chance
  readonly log: Log
  /** The process's view of something that outlives it. */
  readonly stored: <T extends object>(name: string, store: T) => T
  /** Reaches any process of another service. */
  readonly connect: (service: string) => Send
}

export interface Served {
  readonly handler: HttpHandler
  readonly edge: EdgeTable
}

export interface ProcessOptions {
  /** `<service>-<number>` */
  readonly name: string
  readonly start: (host: Host) => Served
  readonly seed: number
  readonly clock: Clock
  readonly http: VirtualHttp
  readonly history: RunHistory
  /** The processes of a service. */
  readonly processesOf: (service: string) => readonly string[]
  readonly storageFailure: () => number
  /** Told when a statement of the process has taken effect. */
  readonly onStored: (statement: string) => void
  readonly onKilled: (process: SimulatedProcess) => void
}

/** How far clocks of different machines differ at the most. The shop's leases allow for more. */
const maxSkewMs = 500

/** A process of the shop: started, killed and started again, with nothing left of its memory. */
export class SimulatedProcess {
  readonly name: string
  readonly #options: ProcessOptions
  #life: Life | undefined
  #lives = 0
  #pointsLeft = Infinity

  constructor(options: ProcessOptions) {
    this.name = options.name
    this.#options = options
  }

  get isUp(): boolean {
    return this.#life !== undefined
  }

  start(): void {
    const { name, clock, seed, http, history, start } = this.#options
    const chance = new Chance(seed, `${name}/${++this.#lives}`)
    const life = new Life(clock, chance.between(-maxSkewMs, maxSkewMs))
    this.#life = life
    this.#pointsLeft = Infinity
    history.add(name, 'started')
    http.join(name, life, start(this.#host(life, chance)))
  }

  kill(): void {
    if (this.#life === undefined) return
    this.#options.history.add(this.name, 'killed')
    this.#life.end()
    this.#life = undefined
    this.#options.onKilled(this)
  }

  /** Kills it at the n-th point from now: when it is about to send a statement, or just after one has taken effect. */
  killAtPoint(points: number): void {
    this.#pointsLeft = points
  }

  stall(): void {
    if (this.#life?.state === 'running') this.#options.history.add(this.name, 'stalled')
    this.#life?.stall()
  }

  goOn(): void {
    if (this.#life?.state === 'stalled') this.#options.history.add(this.name, 'goes on')
    this.#life?.goOn()
  }

  #host(life: Life, chance: Chance): Host {
    const { name, clock, http, history, processesOf, storageFailure: failure, onStored } = this.#options
    const onPoint = (): void => this.#reachPoint(life)
    const storage = {
      life,
      clock,
      chance,
      failure,
      onSend: onPoint,
      onStored(statement: string, subject: string) {
        history.add(name, `${statement} ${subject}`)
        onStored(statement)
        onPoint()
      },
    }
    return {
      name,
      life,
      chance,
      log: this.#log(life),
      stored: (what, store) => durable(store, what, storage),
      connect: (service) => http.sender(name, life, () => chance.pick(processesOf(service))),
    }
  }

  #reachPoint(life: Life): void {
    if (life === this.#life && --this.#pointsLeft <= 0) this.kill()
  }

  #log(life: Life): Log {
    const line =
      (level: string) =>
      (fields: Readonly<Record<string, unknown>>, message: string): void => {
        if (life.state !== 'over') this.#options.history.add(this.name, `${level}: ${message}`, fields)
      }
    return { info: line('info'), warn: line('warn'), error: line('error') }
  }
}
