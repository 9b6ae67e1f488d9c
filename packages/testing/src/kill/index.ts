export { KillTrialError, NoPointsError, ProgramFailedError, UnharmedRunError } from './errors.ts'
export { killAtPoints } from './kill-at-points.ts'
export { type KillOptions, type KillReport, type KillTrial, type Program, type TrialResult } from './options.ts'
export { reportPoint } from './report-point.ts'
