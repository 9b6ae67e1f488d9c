import type { Clock, Timer } from '@ashlar/kernel'

/**
 * One life of a simulated process, from its start to its kill.
 *
 * Whatever reaches the code in it from outside (a timer, a message, an answer from the network or from storage) comes
 * through {@link step}. So a kill needs no cooperation: what was under way waits for something that never comes, as after
 * `kill -9`. A stalled one (SIGSTOP, a long pause of the garbage collector) takes the steps it has missed when it goes on.
 */
export class Life {
  /** The process's own clock: its timers end with it, and its wall clock may differ from others'. */
  readonly clock: Clock
  readonly #timers = new Set<Timer>()
  readonly #ends: (() => void)[] = []
  #state: 'running' | 'stalled' | 'over' = 'running'
  #missed: (() => void)[] = []

  constructor(clock: Clock, skewMs = 0) {
    this.clock = {
      now: () => clock.now(),
      // Whole milliseconds, as the machine's.
      wall: () => Math.floor(clock.wall() + skewMs),
      timer: (delayMs, run) => this.#arm((fire) => clock.timer(delayMs, fire), run),
      immediate: (run) => this.#arm((fire) => clock.immediate(fire), run),
    }
  }

  get state(): 'running' | 'stalled' | 'over' {
    return this.#state
  }

  /** Takes a step of the process: now, or when it goes on, or never. */
  step(run: () => void): void {
    if (this.#state === 'running') run()
    else if (this.#state === 'stalled') this.#missed.push(run)
  }

  /** Starts `work` as a step, and brings back its result as another: a promise that stays open if the process is killed. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        work().then(
          (value) => this.step(() => resolve(value)),
          (error: unknown) => this.step(() => reject(error)),
        )
      }
      this.step(settle)
    })
  }

  stall(): void {
    if (this.#state === 'running') this.#state = 'stalled'
  }

  goOn(): void {
    if (this.#state !== 'stalled') return
    this.#state = 'running'
    const missed = this.#missed
    this.#missed = []
    for (const run of missed) this.step(run)
  }

  onEnd(run: () => void): void {
    this.#ends.push(run)
  }

  /** Ends it at once, as `kill -9` does. */
  end(): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#missed = []
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    for (const run of this.#ends) run()
  }

  #arm(start: (fire: () => void) => Timer, run: () => void): Timer {
    if (this.#state === 'over') return { cancel() {} }
    let isCancelled = false
    const timer = start(() => {
      this.#timers.delete(timer)
      // One that fell due during a stall may still be cancelled before its turn comes.
      this.step(() => isCancelled || run())
    })
    this.#timers.add(timer)
    return {
      cancel: () => {
        isCancelled = true
        this.#timers.delete(timer)
        timer.cancel()
      },
    }
  }
}
