import { runCall } from '@ashlar/kernel'
import { migrate, type MigrateResult } from '../migrate.ts'
import type { Database, Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'

const directory = new URL('../../migrations/rate-limit/', import.meta.url)

/** Makes the table of what is used up and the function that takes of it, or brings them up to date. */
export function migrateRateLimits(db: Database): Promise<MigrateResult> {
  return migrate(db, { namespace: 'ashlar_rate_limit', directory })
}

/** What a `SharedRateLimiter` of `@ashlar/resilience` asks its store. */
export interface PostgresScripts {
  run(
    script: { readonly name: string },
    keys: readonly string[],
    args: readonly number[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly number[]>
}

/**
 * The store of shared rate limits: a function of the database for the script of that name. One statement a run, on the
 * connection that all share. Rows of keys that are as good as new go as others come: about one in eight is such a row.
 * @param on Where `migrateRateLimits` has made the table. Not a transaction: it would hold the keys until it ends.
 */
export function postgresScripts(on: Database): PostgresScripts {
  return {
    async run({ name }, keys, args, options) {
      if (name !== 'ashlar_rate_take') throw new TypeError(`rate limit: there is no function for the script "${name}"`)
      const signal = options?.signal
      return signal === undefined ? take(on, keys, args) : runCall({ signal }, () => take(on, keys, args))
    },
  }
}

async function take(on: Queryable, keys: readonly string[], args: readonly number[]): Promise<readonly number[]> {
  const { answer } = await on.one(sql<{ answer: number[] }>`
    select ashlar_rate_take(${keys}::text[], ${args}::double precision[]) as answer`)
  return answer
}
