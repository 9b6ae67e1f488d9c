import type { Clock } from '@ashlar/kernel'
import type { KillTrialError } from './errors.ts'

/** A program that does its work and ends with exit code 0; started again, it finishes what was begun. */
export interface Program {
  readonly command: string
  readonly args?: readonly string[]
  /** The whole environment. @default this process's */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
}

/** One try, with a place of its own (a directory, a database) for what the program writes. Disposed of at its end. */
export interface KillTrial extends Partial<AsyncDisposable> {
  readonly program: Program
  /** What others do while the program stands still; only when the harness pauses. */
  whilePaused?(): Promise<void>
  /** Throws when what the program has left behind is wrong. Called when it has ended by itself. */
  check(): void | Promise<void>
}

export interface KillOptions {
  /**
   * Where the program is struck. `'each'`: at every point that it reports when left alone, one trial each. `drawn`: that
   * many trials, each at a point drawn by its seed. Numbers: at these points, counted from 1.
   */
  readonly points: 'each' | { readonly drawn: number } | readonly number[]
  /**
   * `kill`: SIGKILL, then the program is started again. `pause`: SIGSTOP, `whilePaused`, SIGCONT. @default 'kill'
   */
  readonly how?: 'kill' | 'pause'
  /** Trial n, from 0, has the seed `seed + n`. @default 1 */
  readonly seed?: number
  /** Makes a trial. The first has no point: nobody strikes it, and its points are counted. */
  prepare(trial: { readonly seed: number; readonly point: number | undefined }): KillTrial | Promise<KillTrial>
  /** For one run of the program, from its start to its end. @default 10_000 */
  readonly timeoutMs?: number
  /** For everything. @default 120_000 */
  readonly totalTimeoutMs?: number
  readonly signal?: AbortSignal
  /** Measures the timeouts. @default the machine's */
  readonly clock?: Clock
}

export interface TrialResult {
  readonly seed: number
  readonly point: number
  /** The name that was reported there; `undefined` when the program ended before it got so far. */
  readonly name: string | undefined
  readonly failure: KillTrialError | undefined
}

export interface KillReport {
  /** The names of the points that the program reports when left alone, in order. */
  readonly reported: readonly string[]
  /** In the order in which they were tried. */
  readonly trials: readonly TrialResult[]
  /** Empty when the program survives; the first one names the first failing seed. */
  readonly failures: readonly KillTrialError[]
}
