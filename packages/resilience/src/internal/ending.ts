import { isDependencyFailure, isRefusal } from './failures.ts'

/**
 * What the end of a call says about the load of what was called: it has `answered`, be it with an error that is an
 * answer; it has `failed`, or was too slow; or nothing (`silent`), since it was never asked, or the caller left.
 */
export type Ending = 'answered' | 'failed' | 'silent'

/** What it says that a call ended with this error. */
export function endingOf(error: unknown): Ending {
  if (isRefusal(error)) return 'silent'
  return isDependencyFailure(error) ? 'failed' : 'answered'
}
