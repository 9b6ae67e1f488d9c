import type { Clock } from '@ashlar/kernel'
import type { Database } from '../queryable.ts'

export interface LeasesOptions {
  /** Where `migrateLeases` has made the tables. */
  readonly db: Database
  /** Of this process, for people who look at the table. */
  readonly name: string
  /**
   * How long after its last sign of life a process still owns its leases. Shorter means a quicker takeover from the
   * dead, and more that are only slow taken for dead. A sign of life is given three times as often.
   * From 10 to 86,400,000. @default 15_000
   */
  readonly leaseMs?: number
  readonly clock?: Clock
}
