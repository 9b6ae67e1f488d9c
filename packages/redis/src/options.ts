import type { Clock, Random } from '@ashlar/kernel'

export interface RedisOptions {
  /** `redis://user:password@host:port/database`, `rediss://` for TLS. @default redis://127.0.0.1:6379 */
  readonly url?: string
  /** Shown by `CLIENT LIST`; letters, digits, `-`, `_`, `.` and `:`. @default 'ashlar' */
  readonly name?: string
  /** How long connecting may take. 1 to 600,000. @default 5_000 */
  readonly connectTimeoutMs?: number
  /**
   * How long Redis may owe all answers before the connection is given up, and with it all commands on it: between 1 and
   * 1.5 times this. A connection that nobody uses is asked every half of it. Has to be longer than the longest script
   * and the longest pause of the server. 10 to 600,000. @default 2_000
   */
  readonly stallTimeoutMs?: number
  /** Commands sent and not answered, beyond which more are refused. 1 to 1,000,000. @default 10_000 */
  readonly maxInFlight?: number
  readonly clock?: Clock
  readonly random?: Random
}

export const defaultUrl = 'redis://127.0.0.1:6379'

/** @throws {RangeError} or {TypeError} naming the option and its value. */
export function checkOptions({ name, connectTimeoutMs, stallTimeoutMs, maxInFlight }: RedisOptions): void {
  within('connectTimeoutMs', connectTimeoutMs, 1, 600_000)
  within('stallTimeoutMs', stallTimeoutMs, 10, 600_000)
  within('maxInFlight', maxInFlight, 1, 1_000_000)
  if (name !== undefined && !/^[\w.:-]{1,100}$/.test(name)) {
    throw new TypeError(
      `openRedis: name must be 1 to 100 of letters, digits, -, _, . and :, got ${JSON.stringify(name)}`,
    )
  }
}

function within(option: string, value: number | undefined, min: number, max: number): void {
  if (value === undefined || (value >= min && value <= max)) return
  throw new RangeError(`openRedis: ${option} must be ${min} to ${max}, got ${value}`)
}
