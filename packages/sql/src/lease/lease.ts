import { withoutStack } from '@ashlar/kernel'
import type { Database, Transaction } from '../queryable.ts'
import { sql } from '../sql.ts'
import { LeaseLostError } from './errors.ts'
import { leaseLost } from './events.ts'

/** The right to work on something alone, for as long as the process shows that it lives. */
export interface Lease extends AsyncDisposable {
  readonly resource: string
  /** Greater than that of every lease on the resource before. */
  readonly epoch: number
  /** Aborts with a {@link LeaseLostError} as soon as this process knows that it has lost the lease, or gives it up. */
  readonly signal: AbortSignal
  /**
   * Makes the transaction commit only under this lease: until it has ended, nobody can take the lease over. Call it
   * before the transaction's writes. A transaction that then stands idle for as long as a lease lasts is ended by the
   * server, since its owner seems to be gone.
   * @throws {LeaseLostError} when somebody has; let it fail the transaction.
   */
  fenced(transaction: Transaction): Promise<void>
  /** Gives it up, so that anybody may claim it at once. Idempotent; does not fail when it is lost. */
  release(): Promise<void>
}

export interface Holder {
  readonly db: Database
  readonly worker: string
  readonly leaseMs: number
  /** Called when the lease is over, for whatever reason. */
  forget(lease: HeldLease): void
}

export class HeldLease implements Lease {
  readonly resource: string
  readonly epoch: number
  readonly #holder: Holder
  readonly #over = new AbortController()

  constructor(resource: string, epoch: number, holder: Holder) {
    this.resource = resource
    this.epoch = epoch
    this.#holder = holder
  }

  get signal(): AbortSignal {
    return this.#over.signal
  }

  async fenced(transaction: Transaction): Promise<void> {
    const { worker, leaseMs } = this.#holder
    if (this.signal.aborted) throw this.signal.reason
    const row = await transaction.maybe(sql`
      select set_config('idle_in_transaction_session_timeout', ${`${leaseMs}ms`}, true)
      from ashlar_lease
      where resource = ${this.resource} and owner = ${worker} and epoch = ${this.epoch}
      for share`)
    if (row !== undefined) return
    this.lose()
    throw this.signal.reason
  }

  async release(): Promise<void> {
    if (this.signal.aborted) return
    this.#end()
    await this.#holder.db.run(sql`
      delete from ashlar_lease
      where resource = ${this.resource} and owner = ${this.#holder.worker} and epoch = ${this.epoch}`)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release()
  }

  /** Tells those who work under it that they must stop. */
  lose(): void {
    if (this.signal.aborted) return
    this.#end()
    const { resource, epoch } = this
    if (leaseLost.hasSubscribers) leaseLost.publish({ resource, epoch, worker: this.#holder.worker })
  }

  #end(): void {
    this.#holder.forget(this)
    this.#over.abort(withoutStack(() => new LeaseLostError(this.resource, this.epoch)))
  }
}
