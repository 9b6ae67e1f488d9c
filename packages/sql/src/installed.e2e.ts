// The tests that run on the embedded PostgreSQL, on the one that is installed: what people have is not what npm brings.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { suite, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { sql } from './index.ts'
import { installedPostgres, testDatabase, testDatabasesOn } from './testing/index.ts'

const programs = process.env.POSTGRES_BIN ?? installedPostgres()
const skip =
  programs !== undefined || process.env.CI !== undefined
    ? false
    : 'no PostgreSQL server is installed: install one, or set POSTGRES_BIN'

await suite('on an installed PostgreSQL', { skip }, async () => {
  assert.ok(programs !== undefined, 'no PostgreSQL server is installed')
  testDatabasesOn(programs)
  test('the server is the installed one', async (t) => {
    const { db } = await testDatabase(t)
    const { version } = await db.one(sql<{ version: string }>`select current_setting('server_version') as version`)
    t.diagnostic(`PostgreSQL ${version}`)
    assert.equal(version, spawnSync(`${programs}/postgres`, ['--version']).stdout.toString().slice(22).trim())
    assert.throws(() => testDatabasesOn(programs), TypeError)
  })
  const files = globSync('**/*.test.ts', { cwd: import.meta.dirname, exclude: ['embedded/**', 'testing/**'] })
  for (const file of files.toSorted()) await import(pathToFileURL(`${import.meta.dirname}/${file}`).href)
})
