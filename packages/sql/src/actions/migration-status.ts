import { migrationsOf, type MigrateOptions } from '../migrate.ts'
import { readMigrations } from '../migration-files.ts'
import type { Database } from '../queryable.ts'
import { sql } from '../sql.ts'

/** One migration, as the program and the database have it. */
export interface MigrationStatus {
  readonly namespace: string
  readonly file: string
  /**
   * `pending`: the database lacks it. `changed`: the file is not what was applied. `missing`: it was applied, and this
   * program has no such file, as when an older version runs on a newer database.
   */
  readonly state: 'applied' | 'pending' | 'changed' | 'missing'
  /** RFC 3339; `null` for one that is pending. */
  readonly appliedAt: string | null
  /** SHA-256 of the file as it was applied, in hex; of one that is pending, as it is here. */
  readonly checksum: string
}

interface Applied {
  readonly namespace: string
  readonly file: string
  readonly checksum: string
  readonly appliedAt: string
}

/** Compares what this program asked `migrate` for with what the database has. Changes nothing. */
export async function migrationStatus(db: Database): Promise<MigrationStatus[]> {
  const applied = new Map((await appliedIn(db)).map((row) => [keyOf(row), row]))
  const known = await Promise.all(migrationsOf(db).map((one) => knownIn(one, applied)))
  const files = new Set(known.flat().map(keyOf))
  const missing = [...applied.values()].filter((row) => !files.has(keyOf(row)))
  return [...known.flat(), ...missing.map((row) => statusOf(row, 'missing'))]
}

async function knownIn(
  { namespace, directory }: MigrateOptions,
  applied: ReadonlyMap<string, Applied>,
): Promise<MigrationStatus[]> {
  return (await readMigrations(directory)).map(({ file, checksum }) => {
    const found = applied.get(keyOf({ namespace, file }))
    if (found === undefined) return { namespace, file, state: 'pending', appliedAt: null, checksum }
    return statusOf(found, found.checksum === checksum ? 'applied' : 'changed')
  })
}

function statusOf({ namespace, file, appliedAt, checksum }: Applied, state: MigrationStatus['state']): MigrationStatus {
  return { namespace, file, state, appliedAt, checksum }
}

function keyOf({ namespace, file }: { readonly namespace: string; readonly file: string }): string {
  return `${namespace}/${file}`
}

async function appliedIn(db: Database): Promise<Applied[]> {
  const { found } = await db.one<{ found: boolean }>(sql`select to_regclass('ashlar_migration') is not null as found`)
  if (!found) return []
  return db.rows<Applied>(sql`
    select namespace, name as file, checksum,
           to_char(applied_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "appliedAt"
    from ashlar_migration order by namespace, number`)
}
