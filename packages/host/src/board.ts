import { dirname } from 'node:path'
import { orAborted, toIsoTime, type Clock } from '@ashlar/kernel'
import { removeAdminKey } from './admin-keys.ts'
import { removeState, writeState, type HostState, type ServiceReport } from './state-file.ts'
import type { Supervisor } from './supervisor.ts'

/** Where a supervised process listens: the same for all its runs. */
export interface Address {
  readonly port: number
  readonly url: string
}

interface Waiter {
  readonly name: string
  readonly test: (report: ServiceReport) => boolean
  readonly resolve: (report: ServiceReport) => void
}

/** Keeps what is known of each process, tells the state file, and those who wait for a change. */
export class Board {
  readonly #file: string
  readonly #clock: Clock
  #state: HostState
  readonly #waiters = new Set<Waiter>()
  #closed = false

  constructor(file: string, state: HostState, clock: Clock) {
    this.#file = file
    this.#state = state
    this.#clock = clock
  }

  /** A service as it is known now. */
  report(name: string): ServiceReport | undefined {
    return this.#state.services[name]
  }

  get postgres(): ServiceReport | undefined {
    return this.#state.postgres
  }

  setUrls(urls: Readonly<Record<string, string>>): void {
    this.#state = { ...this.#state, urls }
    this.#write()
  }

  updateService(supervisor: Supervisor, address: Address): void {
    const report = this.#reportOf(supervisor, address, this.report(supervisor.name))
    this.#state = { ...this.#state, services: { ...this.#state.services, [supervisor.name]: report } }
    this.#write()
    for (const waiter of this.#waiters) {
      if (waiter.name === supervisor.name && waiter.test(report)) {
        this.#waiters.delete(waiter)
        waiter.resolve(report)
      }
    }
  }

  updatePostgres(supervisor: Supervisor, address: Address): void {
    this.#state = { ...this.#state, postgres: this.#reportOf(supervisor, address, this.postgres) }
    this.#write()
  }

  /** Resolves as soon as the service's report passes `test`. */
  async waitFor(name: string, test: (report: ServiceReport) => boolean, signal?: AbortSignal): Promise<ServiceReport> {
    const now = this.report(name)
    if (now !== undefined && test(now)) return now
    const { promise, resolve } = Promise.withResolvers<ServiceReport>()
    const waiter = { name, test, resolve }
    this.#waiters.add(waiter)
    try {
      return await orAborted(promise, signal)
    } finally {
      this.#waiters.delete(waiter)
    }
  }

  /** Gives the data directory up. What changes afterwards is not written any more. */
  close(): void {
    this.#closed = true
    removeAdminKey(dirname(this.#file))
    removeState(this.#file)
  }

  #write(): void {
    if (this.#closed) return
    try {
      writeState(this.#file, this.#state)
    } catch {
      // A full disk, or a directory that somebody removed, must not keep services from being started again: what
      // suffers is `ashlar status`, until the next change.
    }
  }

  #reportOf(supervisor: Supervisor, { port, url }: Address, before: ServiceReport | undefined): ServiceReport {
    const { name, state, restarts } = supervisor
    const pid = 'pid' in state ? state.pid : undefined
    const adminUrl = state.kind === 'ready' && state.adminUrl !== undefined ? { adminUrl: state.adminUrl } : {}
    const since = before?.state === state.kind ? before.since : toIsoTime(this.#clock.wall())
    return { name, state: state.kind, ...(pid === undefined ? {} : { pid }), port, url, ...adminUrl, restarts, since }
  }
}
