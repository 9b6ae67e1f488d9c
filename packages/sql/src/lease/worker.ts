import { newId, runCall, type Clock, type Timer } from '@ashlar/kernel'
import type { Database } from '../queryable.ts'
import { sql } from '../sql.ts'

export interface WorkerOptions {
  readonly db: Database
  readonly name: string
  readonly leaseMs: number
  readonly clock: Clock
}

/**
 * One life of a process as an owner of leases: a row that is renewed for as long as it lasts. Once it has ended, or
 * could not be renewed in time, it never comes back: whoever looked in between may have taken everything over.
 */
export class Worker {
  readonly id: string = newId()
  readonly #options: WorkerOptions
  readonly #onEnd: () => void
  #renewedMs: number
  #timer: Timer | undefined
  #ended = false

  private constructor(options: WorkerOptions, onEnd: () => void) {
    this.#options = options
    this.#onEnd = onEnd
    this.#renewedMs = options.clock.now()
  }

  static async begin(options: WorkerOptions, onEnd: () => void): Promise<Worker> {
    const { db, name, leaseMs } = options
    const worker = new Worker(options, onEnd)
    await db.run(sql`
      insert into ashlar_worker (id, name, until)
      values (${worker.id}, ${name}, clock_timestamp() + ${leaseMs} * interval '1 millisecond')`)
    // Those that were killed left their rows. The leases may go with them: what is gone cannot be held.
    await db.run(sql`
      with dead as (delete from ashlar_worker where until < now() - interval '1 day' returning id)
      delete from ashlar_lease using dead where owner = dead.id`)
    worker.#schedule(leaseMs / 3)
    return worker
  }

  /** Whether the process may still believe that it owns its leases. */
  get alive(): boolean {
    const { clock, leaseMs } = this.#options
    // Since when the renewal was sent, which is before the server counted.
    return !this.#ended && clock.now() - this.#renewedMs < leaseMs
  }

  /** Lets go of everything now, as far as the database can be reached. */
  async end(): Promise<void> {
    if (this.#ended) return
    this.#end()
    const { db, clock } = this.#options
    const leave = sql`
      with given_up as (delete from ashlar_lease where owner = ${this.id})
      delete from ashlar_worker where id = ${this.id}`
    // What cannot be given up expires.
    await runCall({ parent: null, timeoutMs: 2_000, clock }, () => db.run(leave)).catch(() => undefined)
  }

  #schedule(delayMs: number): void {
    if (this.#ended) return
    this.#timer = this.#options.clock.timer(delayMs, () => void this.#renew(), { background: true })
  }

  async #renew(): Promise<void> {
    const { db, leaseMs, clock } = this.#options
    const sentMs = clock.now()
    const renewal = sql`
      update ashlar_worker set until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
      where id = ${this.id} and until > clock_timestamp()`
    try {
      const renewed = await runCall({ parent: null, timeoutMs: leaseMs / 3, clock }, () => db.run(renewal))
      if (renewed === 0) return this.#end()
      this.#renewedMs = sentMs
      this.#schedule(leaseMs / 3)
    } catch {
      // The database is away or slow. There is time for another attempt, until there is not.
      if (this.alive) this.#schedule(Math.min(leaseMs / 6, this.#renewedMs + leaseMs - clock.now()))
      else this.#end()
    }
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#timer?.cancel()
    this.#onEnd()
  }
}
