import { currentCall, DeadlineExceededError, orAborted, randomInteger, systemClock, type Clock } from '@ashlar/kernel'
import { seededRandom } from '@ashlar/kernel/testing'
import { KillTrialError, NoPointsError, UnharmedRunError } from './errors.ts'
import type { KillOptions, KillReport, KillTrial, TrialResult } from './options.ts'
import { RunningProgram } from './running-program.ts'

/**
 * Runs a program again and again, kills or pauses it at one of the points that it reports, lets it finish and checks
 * what it left behind. One trial at a time, each with a place of its own; no process outlives the call.
 *
 * A `kill -9` takes what the program holds in memory; what it has handed to the system stays, so a forgotten `fsync`
 * does not show. What the killed program itself had started lives on until the end of the trial, as it would.
 * @throws {UnharmedRunError} when the program or its check fails without being struck.
 * @throws {NoPointsError} when it reports no point.
 * @throws {DeadlineExceededError} when the total timeout passes: not every point was tried.
 * @throws {RangeError} when the points cannot be chosen.
 */
export async function killAtPoints(options: KillOptions): Promise<KillReport> {
  const { seed = 1, clock = systemClock, totalTimeoutMs = 120_000 } = options
  checkPoints(options.points)
  const giveUp = new AbortController()
  const trials: TrialResult[] = []
  const timer = clock.timer(totalTimeoutMs, () => {
    giveUp.abort(new DeadlineExceededError(`${trials.length} points were tried in ${totalTimeoutMs} ms, not all`))
  })
  const sources = [giveUp.signal, options.signal, currentCall()?.signal].filter((source) => source !== undefined)
  const signal = AbortSignal.any(sources)
  try {
    const reported = await countPoints(options, seed, signal)
    for (const [index, point] of choosePoints(options.points, seed, reported.length).entries()) {
      trials.push(await tryPoint(options, { seed: seed + index, point }, signal))
    }
    return { reported, trials, failures: trials.flatMap(({ failure }) => failure ?? []) }
  } finally {
    timer.cancel()
  }
}

function checkPoints(points: KillOptions['points']): void {
  const numbers = points === 'each' ? [] : 'drawn' in points ? [points.drawn] : points
  const wrong = numbers.find((number) => !(Number.isSafeInteger(number) && number >= 1))
  if (wrong !== undefined) throw new RangeError(`killAtPoints: points must be integers from 1, got ${wrong}`)
}

function choosePoints(points: KillOptions['points'], seed: number, count: number): readonly number[] {
  if (points === 'each') return Array.from({ length: count }, (_, index) => index + 1)
  if (!('drawn' in points)) return points
  return Array.from({ length: points.drawn }, (_, index) => 1 + randomInteger(seededRandom(seed + index), count))
}

/** Runs the program without striking it. */
async function countPoints(options: KillOptions, seed: number, signal: AbortSignal): Promise<string[]> {
  const names: string[] = []
  let command = ''
  try {
    await withTrial(options, { seed, point: undefined }, signal, async (trial, start) => {
      command = trial.program.command
      await start(async (name) => void names.push(name)).toEnd()
      await trial.check()
    })
  } catch (error) {
    signal.throwIfAborted()
    throw new UnharmedRunError(error)
  }
  if (names.length === 0) throw new NoPointsError(command)
  return names
}

async function tryPoint(
  options: KillOptions,
  { seed, point }: { readonly seed: number; readonly point: number },
  signal: AbortSignal,
): Promise<TrialResult> {
  const how = options.how ?? 'kill'
  let name: string | undefined
  try {
    await withTrial(options, { seed, point }, signal, async (trial, start) => {
      const struck = Promise.withResolvers<void>()
      let count = 0
      const first = start(async (reported) => {
        count += 1
        if (count !== point) return
        name = reported
        await strike(how, first.program, trial).then(struck.resolve, struck.reject)
        // What has been killed is not told to go on.
        if (how === 'kill') await new Promise(() => {})
      })
      const ended = first.toEnd()
      await Promise.race([ended, struck.promise])
      await ended
      // A program that reports by lines may have ended before it could be struck.
      if (name !== undefined) await struck.promise
      if (how === 'kill' && name !== undefined) await start(() => Promise.resolve()).toEnd()
      await trial.check()
    })
    return { seed, point, name, failure: undefined }
  } catch (error) {
    signal.throwIfAborted()
    const failure = new KillTrialError({ seed, point, name, how: how === 'kill' ? 'killed' : 'paused' }, error)
    return { seed, point, name, failure }
  }
}

async function strike(how: 'kill' | 'pause', program: RunningProgram, trial: KillTrial): Promise<void> {
  if (how === 'kill') return program.kill()
  await program.pause()
  await trial.whilePaused?.()
  program.resume()
}

interface Started {
  readonly program: RunningProgram
  /** Resolves when it has ended as it should. */
  toEnd(): Promise<void>
}

/** Prepares a trial, does `work` with it, and ends all that it started, whatever happens. */
async function withTrial(
  options: KillOptions,
  about: { readonly seed: number; readonly point: number | undefined },
  signal: AbortSignal,
  work: (trial: KillTrial, start: (onPoint: (name: string) => Promise<void>) => Started) => Promise<void>,
): Promise<void> {
  signal.throwIfAborted()
  const { clock = systemClock, timeoutMs = 10_000 } = options
  const trial = await options.prepare(about)
  const started: RunningProgram[] = []
  try {
    const start = (onPoint: (name: string) => Promise<void>): Started => {
      const program = new RunningProgram(trial.program, onPoint)
      started.push(program)
      return { program, toEnd: () => within(timeoutMs, clock, program) }
    }
    await orAborted(work(trial, start), signal)
  } finally {
    await Promise.all(started.map((program) => program.end()))
    await trial[Symbol.asyncDispose]?.()
  }
}

async function within(timeoutMs: number, clock: Clock, program: RunningProgram): Promise<void> {
  const late = Promise.withResolvers<never>()
  const timer = clock.timer(timeoutMs, () => late.reject(program.failure(`did not end within ${timeoutMs} ms`)))
  try {
    await Promise.race([program.ended, late.promise])
  } finally {
    timer.cancel()
  }
}
