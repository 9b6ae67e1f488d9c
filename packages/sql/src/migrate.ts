import { codeOf, type AshlarError } from '@ashlar/kernel'
import { MigrationChangedError, MigrationFailedError, MigrationOrderError } from './errors.ts'
import { readMigrations, type MigrationFile } from './migration-files.ts'
import type { Database, Queryable } from './queryable.ts'
import { sql } from './sql.ts'
import { SqlScript } from './statement.ts'

export interface MigrateOptions {
  /** Whose migrations these are; several packages may keep tables in one database. */
  readonly namespace: string
  /** Holds `0001-name.sql`, `0002-name.sql`, ...: what `new URL('./migrations/', import.meta.url)` names. */
  readonly directory: URL | string
}

export interface MigrateResult {
  /** The files applied now, in order; empty when the database was up to date. */
  readonly applied: string[]
}

interface Applied {
  readonly number: number
  readonly name: string
  readonly checksum: string
}

// For operators: what a database should have is known by those who made it so.
const asked = new WeakMap<Database, Map<string, MigrateOptions>>()

/** Everything that {@link migrate} has been asked for of this database, in order of the first time. */
export function migrationsOf(db: Database): readonly MigrateOptions[] {
  return [...(asked.get(db)?.values() ?? [])]
}

/**
 * Brings the tables up to date. Each file runs in a transaction of its own, once, in order, under a lock: any number
 * of processes may do this at the same time. A file may hold several statements, and none that ends the transaction.
 * @throws {MigrationChangedError} when a file differs from what was applied.
 * @throws {MigrationOrderError} when numbers are missing or doubled, or an applied file is gone.
 * @throws {MigrationFailedError} when a file's SQL fails; those before it stay applied.
 */
export async function migrate(db: Database, options: MigrateOptions): Promise<MigrateResult> {
  const { namespace, directory } = options
  const all = asked.get(db) ?? new Map<string, MigrateOptions>()
  asked.set(db, all.set(namespace, options))
  const files = await readMigrations(directory)
  if (!(await hasTable(db))) await createTable(db)
  const applied: string[] = []
  // Without the lock first: most starts find nothing to do.
  if (nextToApply(files, await appliedIn(db, namespace)) === undefined) return { applied }
  for (;;) {
    const file = await applyNext(db, namespace, files)
    if (file === undefined) return { applied }
    applied.push(file.file)
  }
}

/** Applies the file whose turn it is once we have the lock: another process may have been quicker. */
async function applyNext(
  db: Database,
  namespace: string,
  files: readonly MigrationFile[],
): Promise<MigrationFile | undefined> {
  return db.transaction(async (tx) => {
    await tx.run(sql`select pg_advisory_xact_lock(hashtextextended(${`ashlar_migration:${namespace}`}, 0))`)
    const next = nextToApply(files, await appliedIn(tx, namespace))
    if (next === undefined) return undefined
    try {
      await tx.run(new SqlScript(next.text))
    } catch (error) {
      // The call being over, or the server away, says nothing about the file.
      if (!(codeOf(error)?.startsWith('ASHLAR_SQL_') ?? false) || (error as AshlarError).retryable) throw error
      throw new MigrationFailedError(next.file, error, lineOf(next.text, error))
    }
    await tx.run(sql`
      insert into ashlar_migration (namespace, number, name, checksum)
      values (${namespace}, ${next.number}, ${next.file}, ${next.checksum})`)
    return next
  })
}

function nextToApply(files: readonly MigrationFile[], applied: readonly Applied[]): MigrationFile | undefined {
  applied.forEach(({ number, name, checksum }, index) => {
    const file = files[index]
    if (number !== index + 1) {
      throw new MigrationOrderError(
        `the database lacks migration ${index + 1}, but has ${name}; its record was tampered with`,
      )
    }
    if (file === undefined) {
      throw new MigrationOrderError(
        `migration ${name} was applied to this database, but its file is missing; restore it (is this an older version?)`,
      )
    }
    if (file.file !== name) throw new MigrationChangedError(name, `was renamed to ${file.file}`)
    if (file.checksum !== checksum) throw new MigrationChangedError(name, 'was changed')
  })
  return files[applied.length]
}

function appliedIn(on: Queryable, namespace: string): Promise<Applied[]> {
  return on.rows<Applied>(sql`
    select number, name, checksum from ashlar_migration where namespace = ${namespace} order by number`)
}

async function hasTable(db: Database): Promise<boolean> {
  const { found } = await db.one<{ found: boolean }>(sql`select to_regclass('ashlar_migration') is not null as found`)
  return found
}

async function createTable(db: Database): Promise<void> {
  await db.transaction(async (tx) => {
    // "If not exists" is no protection against two that begin at the same moment.
    await tx.run(sql`select pg_advisory_xact_lock(hashtextextended('ashlar_migration', 0))`)
    await tx.run(sql`
      create table if not exists ashlar_migration (
        namespace text not null,
        number integer not null,
        name text not null,
        checksum text not null,
        applied_at timestamptz not null default now(),
        primary key (namespace, number)
      )`)
  })
}

/** The line of the script that PostgreSQL's error points to. */
function lineOf(text: string, error: unknown): number | undefined {
  const { position } = ((error as Error).cause ?? {}) as { position?: string }
  return position === undefined ? undefined : text.slice(0, Number(position) - 1).split('\n').length
}
