import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'
import { openDatabase, sql } from '@ashlar/sql'
import { startEmbedded } from '@ashlar/sql/embedded'
import { run, type Finished } from '../../../tools/run.ts'
import { freePort, root, startShop } from './running-shop.ts'

suite('a shop that cannot start says why, in one place, and what to do', () => {
  test('the port is busy', async (t) => {
    const port = await freePort()
    const other = createServer().listen(port, '127.0.0.1')
    t.after(() => other.close())
    const ended = await up(t, ['--ephemeral', '--port', String(port)])
    assert.equal(ended.code, 1)
    assert.match(ended.output, new RegExp(`port ${port} .*in use.*--port`, 'i'))
    assertPlain(ended)
  })

  test('a database URL that leads nowhere', async (t) => {
    const port = await freePort()
    const url = `postgres://order:hunter2@127.0.0.1:${port}/order`
    const ended = await up(t, ['--ephemeral', '--port', String(await freePort())], { ORDER_DATABASE_URL: url })
    assert.equal(ended.code, 1)
    assert.match(
      ended.output,
      new RegExp(`no PostgreSQL answers at 127\\.0\\.0\\.1:${port}; start it or correct the URL`),
    )
    assertPlain(ended)
  })

  test('a database URL that is none', async (t) => {
    const ended = await up(t, ['--ephemeral', '--port', String(await freePort())], { ORDER_DATABASE_URL: 'mysql://x' })
    assert.equal(ended.code, 1)
    assert.match(ended.output, /DATABASE_URL must be a URL that begins with postgres:/)
    assertPlain(ended)
  })

  test('a wrong password, and a database that is not the role’s', async (t) => {
    const shop = await startShop()
    t.after(() => shop.stop())
    const own = new URL(shop.topology.databaseUrl('user') ?? '')
    const wrong = Object.assign(new URL(own), { password: 'hunter2' }).href
    await assert.rejects(openDatabase({ url: wrong }), /password/)
    const foreign = Object.assign(new URL(own), { pathname: '/order' }).href
    const ended = await up(t, ['--ephemeral', '--port', String(await freePort())], { USER_DATABASE_URL: foreign })
    assert.equal(ended.code, 1)
    assert.match(ended.output, /may not connect to database "order"/)
    assertPlain(ended)
  })

  test('a migration that was changed after it was applied', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'ashlar-changed-'))
    t.after(() => rm(directory, { recursive: true, force: true }))
    const server = await startEmbedded({ directory: join(directory, 'postgres') }, { databases: ['order'] })
    const db = await openDatabase({ url: server.urlFor('order') })
    await db.run(sql`create table ashlar_migration (
      namespace text, number int, name text, checksum text, applied_at timestamptz, primary key (namespace, number))`)
    await db.run(sql`insert into ashlar_migration values ('order', 1, '0001-init.sql', 'another', now())`)
    await db[Symbol.asyncDispose]()
    await server.stop()
    const ended = await up(t, ['--directory', directory, '--port', String(await freePort())])
    assert.equal(ended.code, 1)
    assert.match(ended.output, /0001-init.* changed.*add a new migration/s)
    assertPlain(ended)
  })
})

async function up(t: TestContext, options: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
  const directory = await mkdtemp(join(tmpdir(), 'ashlar-state-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  const elsewhere = options.includes('--directory') ? [] : ['--directory', directory]
  const command = ['--conditions=ashlar:source', 'packages/host/src/cli.ts', 'up', ...options, ...elsewhere]
  return run(process.execPath, command, { cwd: root, env: { ...process.env, ...env } })
}

/** No stack, no password, nothing that was ready and is now on its own. */
function assertPlain({ output }: Finished): void {
  assert.doesNotMatch(output, /^\s+at /m)
  assert.doesNotMatch(output, /hunter2/)
  assert.doesNotMatch(output, /^ready in/m)
}
