import { globSync } from 'node:fs'
import { openDatabase } from '../database.ts'
import { startEmbedded, type EmbeddedPostgres } from '../embedded/index.ts'
import type { Database } from '../queryable.ts'

/** What `node:test` passes to a test, or `{ name }` elsewhere. */
export interface TestScope {
  readonly name?: string
  /** Called with what is to run when the test has ended. */
  after?(cleanup: () => Promise<void>): void
}

export interface TestDatabase extends AsyncDisposable {
  readonly url: string
  readonly db: Database
}

let server: Promise<EmbeddedPostgres> | undefined
let programs: string | undefined
let made = 0

/**
 * A new, empty database on a server that all tests of this process share: started for the first, and gone with the
 * process. Closed when the test ends, or when disposed of, and removed soon after.
 */
export async function testDatabase(scope: TestScope = {}): Promise<TestDatabase> {
  server ??= startEmbedded({ ephemeral: true }, programs === undefined ? {} : { programs })
  const postgres = await server
  const name = `test_${process.pid}_${++made}`
  await postgres.ensureDatabases([name])
  const url = postgres.urlFor(name)
  const db = await openDatabase({ url, name: scope.name ?? 'test' })
  let disposed: Promise<void> | undefined
  const dispose = (): Promise<void> => (disposed ??= remove(postgres, name, db))
  scope.after?.(dispose)
  return { url, db, [Symbol.asyncDispose]: dispose }
}

/** The programs of the newest PostgreSQL server that this machine has where Debian puts them; `undefined` for none. */
export function installedPostgres(): string | undefined {
  const folders = globSync('/usr/lib/postgresql/*/bin/postgres').map((path) => path.slice(0, -'/postgres'.length))
  const versionOf = (folder: string): number => Number(folder.split('/').at(-2))
  return folders.toSorted((one, other) => versionOf(one) - versionOf(other)).at(-1)
}

/**
 * Lets `testDatabase` start the server from these programs, for as long as the process lives: so that tests that pass
 * on the embedded server can be run on another version as well.
 * @throws {TypeError} when a server has been started already.
 */
export function testDatabasesOn(folder: string): void {
  if (server !== undefined) throw new TypeError('testDatabasesOn: the server of this process has been started already')
  programs = folder
}

async function remove(postgres: EmbeddedPostgres, name: string, db: Database): Promise<void> {
  await db[Symbol.asyncDispose]()
  // The next test need not wait for this; and should it fail, the whole server goes with the process.
  void postgres.dropDatabase(name).catch(() => undefined)
}
