import type { Clock, Random } from '@ashlar/kernel'
import type { Ending } from '../internal/ending.ts'
import type { ConcurrencyGate } from '../policy/parts.ts'

interface Call {
  readonly sinceMs: number
  endMs: number
}

/**
 * A server with so many workers and a queue before them, under calls that come at random and are let through or not:
 * M/M/k. The knee is where all workers are busy and nobody waits: `workers` calls.
 *
 * Its own small clock: hundreds of thousands of calls in a second of real time.
 */
export class SimulatedServer {
  workers: number
  /** How long the work of one call takes, on average. */
  workMs: number
  callsPerSecond: number
  /** Calls that have waited longer have failed; their work is done all the same. */
  timeoutMs: number = Infinity
  nowMs = 0
  completed = 0
  readonly clock: Clock
  readonly #random: Random
  readonly #queue: Call[] = []
  /** Ends of work under way, unordered: there are few. */
  #busy: Call[] = []
  #nextArrivalMs = 0

  constructor(options: { workers: number; workMs: number; callsPerSecond: number; random: Random }) {
    this.workers = options.workers
    this.workMs = options.workMs
    this.callsPerSecond = options.callsPerSecond
    this.#random = options.random
    const never = (): never => {
      throw new Error('the simulation has no timers')
    }
    this.clock = { now: () => this.nowMs, wall: () => this.nowMs, timer: never, immediate: never }
  }

  /** Lets calls come for so long; `onStep` is told after each event. */
  run(gate: ConcurrencyGate, durationMs: number, onStep: () => void = () => {}): void {
    const untilMs = this.nowMs + durationMs
    for (;;) {
      const next = this.#busy.reduce((first, one) => (one.endMs < first.endMs ? one : first), idle)
      if (Math.min(next.endMs, this.#nextArrivalMs) > untilMs) break
      if (next.endMs <= this.#nextArrivalMs) this.#end(gate, next)
      else this.#arrive(gate)
      onStep()
    }
    this.nowMs = untilMs
  }

  #arrive(gate: ConcurrencyGate): void {
    this.nowMs = this.#nextArrivalMs
    this.#nextArrivalMs += this.#exponential(1_000 / this.callsPerSecond)
    if (!gate.tryEnter()) return
    this.#queue.push({ sinceMs: this.nowMs, endMs: Infinity })
    this.#begin()
  }

  #end(gate: ConcurrencyGate, ended: Call): void {
    this.nowMs = ended.endMs
    this.#busy = this.#busy.filter((one) => one !== ended)
    this.completed++
    const ending: Ending = this.nowMs - ended.sinceMs > this.timeoutMs ? 'failed' : 'answered'
    gate.release(ending)
    this.#begin()
  }

  #begin(): void {
    while (this.#busy.length < this.workers) {
      const call = this.#queue.shift()
      if (call === undefined) return
      call.endMs = this.nowMs + this.#exponential(this.workMs)
      this.#busy.push(call)
    }
  }

  #exponential(mean: number): number {
    return -Math.log(1 - this.#random.next()) * mean
  }
}

const idle: Call = { sinceMs: 0, endMs: Infinity }
