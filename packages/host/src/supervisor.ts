import { backoffDelayMs, systemClock, systemRandom, type Clock, type Random, type Timer } from '@ashlar/kernel'
import { ServiceStartError } from './errors.ts'

/** What a process says of itself when it is ready. */
export interface ReadyDetail {
  readonly pid: number
  readonly url: string
  /** Where it serves actions; absent when it does not. */
  readonly adminUrl?: string
}

/** What a process tells its supervisor. After `exited` it says no more. */
export interface ProcessEvents {
  ready(detail: ReadyDetail): void
  /** It cannot start; `exited` follows. */
  failed(message: string): void
  exited(how: string): void
}

/** A process that has been asked for; it may not be there yet. */
export interface SupervisedProcess {
  readonly pid: number | undefined
  /** Asks it to end in its own time. */
  terminate(): void
  /** Ends it, and all that it started, at once. */
  kill(): void
}

export type SupervisorState =
  | { readonly kind: 'starting' | 'stopping'; readonly pid: number | undefined }
  | (ReadyDetail & { readonly kind: 'ready'; readonly sinceMs: number })
  | { readonly kind: 'backing off'; readonly untilMs: number }
  | { readonly kind: 'stopped' }

export type SupervisorEvent =
  | { readonly kind: 'ready'; readonly tookMs: number; readonly restarts: number }
  | { readonly kind: 'died'; readonly how: string; readonly deaths: number; readonly delayMs: number }
  | { readonly kind: 'stuck'; readonly timeoutMs: number }
  | { readonly kind: 'killed'; readonly graceMs: number }

export interface SupervisorOptions {
  readonly name: string
  /** Starts the process. The events come later, never during the call. */
  spawn(events: ProcessEvents): SupervisedProcess
  /** Called after each change of state; `event` says what happened where that is worth a log line. */
  onChange(event?: SupervisorEvent): void
  /** The first restart comes after half to all of this; then it doubles. @default 100 */
  readonly baseDelayMs?: number
  /** @default 5_000 */
  readonly maxDelayMs?: number
  /** Ready for this long, and the next death counts as the first. @default 10_000 */
  readonly stableMs?: number
  /** A restarted process that is not ready after this is killed, which counts as a death. @default 30_000 */
  readonly startTimeoutMs?: number
  /** From being asked to end to being killed. @default 10_000 */
  readonly graceMs?: number
  readonly clock?: Clock
  readonly random?: Random
}

/** One run of the process. What an earlier run still says is told apart by it. */
interface Run {
  process: SupervisedProcess | undefined
  readonly startedMs: number
  /** Why it said it could not start. */
  failure: string | undefined
}

/**
 * Keeps a process running: one that dies is started again, after a delay that grows while it keeps dying. It never
 * gives up. Only the first start is different: a process that has never been ready is not tried again.
 */
export class Supervisor {
  readonly name: string
  readonly #options: Required<SupervisorOptions>
  #state: SupervisorState = { kind: 'stopped' }
  #run: Run | undefined
  #restarts = 0
  #deaths = 0
  #timer: Timer | undefined
  #first: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined
  #stopped = Promise.withResolvers<void>()

  constructor(options: SupervisorOptions) {
    this.name = options.name
    this.#options = {
      baseDelayMs: 100,
      maxDelayMs: 5_000,
      stableMs: 10_000,
      startTimeoutMs: 30_000,
      graceMs: 10_000,
      clock: systemClock,
      random: systemRandom,
      ...options,
    }
  }

  get state(): SupervisorState {
    return this.#state
  }

  get restarts(): number {
    return this.#restarts
  }

  /**
   * Starts the process for the first time and resolves when it is ready.
   * @throws {ServiceStartError} when it says that it cannot start, or dies.
   */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#first = { resolve, reject }
      this.#spawn()
    })
  }

  /** Starts the process, and again until it runs: a first start that fails is not different from any other. */
  keep(): void {
    this.#spawn()
  }

  /** Ends the process, gently at first, and resolves when it has ended. */
  stop(): Promise<void> {
    const { kind } = this.#state
    if (kind === 'stopped') return Promise.resolve()
    if (kind === 'stopping') return this.#stopped.promise
    this.#timer?.cancel()
    if (this.#run === undefined) {
      this.#become({ kind: 'stopped' })
      return Promise.resolve()
    }
    const { process } = this.#run
    const { clock, graceMs } = this.#options
    this.#become({ kind: 'stopping', pid: process?.pid })
    this.#timer = clock.timer(graceMs, () => {
      this.#options.onChange({ kind: 'killed', graceMs })
      process?.kill()
    })
    process?.terminate()
    return this.#stopped.promise
  }

  /** Ends the process at once; it is not started again. */
  kill(): void {
    const process = this.#run?.process
    void this.stop()
    process?.kill()
  }

  /** Ends the process so that a new one takes its place. */
  renew(): void {
    this.#run?.process?.kill()
  }

  #spawn(): void {
    const { clock, startTimeoutMs } = this.#options
    const run: Run = { process: undefined, startedMs: clock.now(), failure: undefined }
    this.#run = run
    const current = (handle: () => void): void => {
      if (this.#run === run) handle()
    }
    try {
      run.process = this.#options.spawn({
        ready: (detail) => current(() => this.#onReady(run, detail)),
        failed: (message) => current(() => this.#onFailed(run, message)),
        exited: (how) => current(() => this.#onExited(run, how)),
      })
    } catch (error) {
      // The system has no room for another process, for instance: that may pass, and must not end those that run.
      this.#onExited(run, `could not be started: ${error instanceof Error ? error.message : String(error)}`)
      return
    }
    if (this.#first === undefined) {
      this.#timer = clock.timer(startTimeoutMs, () => {
        this.#options.onChange({ kind: 'stuck', timeoutMs: startTimeoutMs })
        run.process?.kill()
      })
    }
    this.#become({ kind: 'starting', pid: run.process.pid })
  }

  #onReady(run: Run, detail: ReadyDetail): void {
    if (this.#state.kind !== 'starting') return
    this.#timer?.cancel()
    const nowMs = this.#options.clock.now()
    this.#become(
      { kind: 'ready', ...detail, sinceMs: nowMs },
      { kind: 'ready', tookMs: nowMs - run.startedMs, restarts: this.#restarts },
    )
    this.#first?.resolve()
    this.#first = undefined
  }

  #onFailed(run: Run, message: string): void {
    run.failure = message
    this.#first?.reject(new ServiceStartError(this.name, message))
  }

  #onExited(run: Run, how: string): void {
    this.#timer?.cancel()
    this.#run = undefined
    const first = this.#first
    if (this.#state.kind === 'stopping' || first !== undefined) {
      this.#become({ kind: 'stopped' })
      first?.reject(new ServiceStartError(this.name, `it ${how}`))
      this.#stopped.resolve()
      return
    }
    const { clock, random, baseDelayMs, maxDelayMs, stableMs } = this.#options
    const nowMs = clock.now()
    if (this.#state.kind === 'ready' && nowMs - this.#state.sinceMs >= stableMs) this.#deaths = 0
    this.#deaths += 1
    const delayMs = backoffDelayMs(this.#deaths, { baseDelayMs, maxDelayMs, random })
    this.#timer = clock.timer(delayMs, () => {
      this.#restarts += 1
      this.#spawn()
    })
    this.#become(
      { kind: 'backing off', untilMs: nowMs + delayMs },
      { kind: 'died', how: run.failure ?? how, deaths: this.#deaths, delayMs },
    )
  }

  #become(state: SupervisorState, event?: SupervisorEvent): void {
    this.#state = state
    this.#options.onChange(event)
  }
}
