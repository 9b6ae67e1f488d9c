import { action, systemClock, type Action, type Clock } from '@ashlar/kernel'
import type { Database } from '../queryable.ts'
import { sql } from '../sql.ts'
import { migrationStatus } from './migration-status.ts'

export interface SqlActionsOptions {
  readonly db: Database
  readonly clock?: Clock
}

interface Activity {
  readonly pid: number
  readonly state: string
  readonly seconds: number
  readonly waitsFor: string | null
  readonly blockedBy: readonly number[]
  readonly query: string
}

/** What operators can see of a database, through the connections of the program that uses it. All of it only looks. */
export function sqlActions({ db, clock = systemClock }: SqlActionsOptions): Action[] {
  return [
    action({
      name: 'migrations',
      description: 'Shows which migrations this database has, which it still lacks, and which were changed since.',
      risk: 'read',
      input: {},
      run: () => migrationStatus(db),
    }),
    action({
      name: 'pool',
      description: 'Shows the connections of this process: how many there are, in use, idle, and waited for.',
      risk: 'read',
      input: {},
      run: async () => db.stats(),
    }),
    action({
      name: 'database-ping',
      description: 'Asks the database for an answer, and shows how long it took and what answered.',
      risk: 'read',
      input: {},
      async run() {
        const startedMs = clock.now()
        const server = await db.one<{ server: string; inRecovery: boolean }>(sql`
          select current_setting('server_version') as server, pg_is_in_recovery() as "inRecovery"`)
        return { latencyMs: Math.round((clock.now() - startedMs) * 100) / 100, ...server }
      },
    }),
    action({
      name: 'database-activity',
      description: 'Shows what all connections to this database do now, longest first, and who blocks whom.',
      risk: 'read',
      input: {},
      // Other roles' statements are hidden by the server; our own carry their values apart from their text.
      run: () =>
        db.rows<Activity>(sql`
          select pid, state, round(extract(epoch from now() - state_change)::numeric, 1)::float8 as seconds,
                 wait_event as "waitsFor", pg_blocking_pids(pid) as "blockedBy", left(query, 200) as query
          from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and state is not null
          order by state = 'idle', state_change
          limit 100`),
    }),
  ]
}
