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
let made = 0

/**
 * A new, empty database on a server that all tests of this process share: started for the first, and gone with the
 * process. Closed when the test ends, or when disposed of, and removed soon after.
 */
export async function testDatabase(scope: TestScope = {}): Promise<TestDatabase> {
  server ??= startEmbedded({ ephemeral: true })
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

async function remove(postgres: EmbeddedPostgres, name: string, db: Database): Promise<void> {
  await db[Symbol.asyncDispose]()
  // The next test need not wait for this; and should it fail, the whole server goes with the process.
  void postgres.dropDatabase(name).catch(() => undefined)
}
