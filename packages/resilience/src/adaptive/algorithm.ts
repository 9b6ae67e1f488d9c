import type { LoadSample } from './load-window.ts'

/** Decides how many calls may be under way. Remembers: one for each limit. */
export interface LimitAlgorithm {
  /** The next limit, a fraction perhaps; what is out of bounds is cut by whoever asks. */
  next(sample: LoadSample): number
}

/** Errors that happen anyway are no reason to slow down; a dependency that is overloaded fails more than now and then. */
const tolerableShare = 0.05

export function tooManyFailed({ failedShare }: LoadSample): boolean {
  return failedShare > tolerableShare
}
