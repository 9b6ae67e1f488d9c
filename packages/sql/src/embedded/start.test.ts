import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { sleep, systemClock } from '@ashlar/kernel'
import { openDatabase, sql } from '../index.ts'
import { rejectsWith } from '../rejects.test.support.ts'
import { isRoot } from './account.ts'
import { killChild, startChild, type StartedChild } from './child.test.support.ts'
import { startEmbedded } from './index.ts'
import { locate } from './location.ts'
import { isPostgresIn, processIdentity } from './process-info.ts'

// One data directory, made once, serves the tests one after another: each start but the first takes 0.1 s.
let folder = ''
let directory = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar embedded '))
  await chmod(folder, 0o755)
  directory = join(folder, 'my data', 'postgres')
})
after(() => rm(folder, { recursive: true }))

const runServer = `
  const server = await startEmbedded(argument, { databases: ['shop'] })
  tell({ pid: server.pid, port: server.port, url: server.urlFor('shop') })`

function serverOf(child: StartedChild): { pid: number; port: number; url: string } {
  return child.told as { pid: number; port: number; url: string }
}

/** Waits for something that happens by itself: it is the test runner's timeout that gives up. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(systemClock, 5)
}

test('what was committed is there at the next start, under a path with spaces', async () => {
  const first = await startEmbedded({ directory }, { databases: ['shop', 'bank'] })
  const db = await openDatabase({ url: first.urlFor('shop') })
  await db.run(sql`create table item (id int)`)
  await db.run(sql`insert into item values (1)`)
  assert.equal((await db.one<{ fsync: string }>(sql`show fsync`)).fsync, 'on')
  await db[Symbol.asyncDispose]()
  await first.stop()
  assert.deepEqual(await first.exited, { code: 0, signal: null })

  await using second = await startEmbedded({ directory })
  await second.ensureDatabases(['shop', 'bank'])
  await using again = await openDatabase({ url: second.urlFor('shop') })
  assert.deepEqual(await again.rows(sql`select id from item`), [{ id: 1 }])
})

test('a role can use its own database and nothing else, and only with its password', async () => {
  await using server = await startEmbedded({ directory }, { databases: ['shop', 'bank'] })
  const shopUrl = new URL(server.urlFor('shop'))
  for (const database of ['bank', 'postgres', 'template1']) {
    const url = Object.assign(new URL(shopUrl), { pathname: `/${database}` }).href
    await rejectsWith(openDatabase({ url }), 'ASHLAR_SQL_CONFIG', /may not connect to database/)
  }
  for (const password of ['', 'guess', new URL(server.urlFor('bank')).password]) {
    const url = Object.assign(new URL(shopUrl), { password }).href
    await rejectsWith(openDatabase({ url }), 'ASHLAR_SQL_CONFIG', /password/)
  }
  await using db = await openDatabase({ url: shopUrl.href })
  await rejectsWith(db.run(sql`create role intruder`), 'ASHLAR_SQL_QUERY', /permission denied/)
  await rejectsWith(db.run(sql`create database more`), 'ASHLAR_SQL_QUERY', /permission denied/)
  await rejectsWith(db.run(sql`select pg_read_file('PG_VERSION')`), 'ASHLAR_SQL_QUERY', /permission denied/)
  const { mode } = await stat(join(directory, 'secrets.json'))
  assert.equal(mode & 0o777, 0o600)
})

test('databases may be asked for by several callers at once', async () => {
  await using server = await startEmbedded({ ephemeral: true })
  const names = ['one', 'two', 'three', 'two']
  await Promise.all(names.map((name) => server.ensureDatabases([name])))
  for (const name of names) {
    await using db = await openDatabase({ url: server.urlFor(name) })
    await db.ping()
  }
})

test('database names that are no names are refused', async () => {
  await using server = await startEmbedded({ directory })
  for (const name of ['', 'postgres', 'template0', 'Shop', 'a"b', '1a', 'x'.repeat(64)]) {
    await assert.rejects(server.ensureDatabases([name]), TypeError)
  }
  assert.throws(() => server.urlFor('nowhere'), TypeError)
})

test('a second owner of the directory is refused, in this process and in another, and told who the first is', async () => {
  const owner = await startChild(runServer, { directory })
  const named = new RegExp(`process ${owner.child.pid} runs the embedded PostgreSQL of .*stop it first`)
  await rejectsWith(startEmbedded({ directory }), 'ASHLAR_SQL_EMBEDDED', named)
  await killChild(owner)
  await using server = await startEmbedded({ directory })
  await rejectsWith(startEmbedded({ directory }), 'ASHLAR_SQL_EMBEDDED', new RegExp(`process ${process.pid} runs`))
  assert.ok(server.pid)
})

test('killing the owner stops the server; what was committed survives, and a start right after succeeds', async () => {
  const owner = await startChild(runServer, { directory })
  const { pid, url } = serverOf(owner)
  const db = await openDatabase({ url })
  await db.run(sql`create table kept as select 42 as value`)
  await killChild(owner)
  await db[Symbol.asyncDispose]()
  await using server = await startEmbedded({ directory })
  assert.equal(processIdentity(pid), undefined)
  await using again = await openDatabase({ url: server.urlFor('shop') })
  assert.deepEqual(await again.rows(sql`select value from kept`), [{ value: 42 }])
})

test('an ephemeral server and its files go with the process, killed or ended', async () => {
  const owner = await startChild(runServer, { ephemeral: true })
  const { pid } = serverOf(owner)
  const prefix = `ashlar-postgres-${owner.child.pid}-`
  const name = (await readdir(tmpdir())).find((entry) => entry.startsWith(prefix))
  await killChild(owner)
  await until(() => processIdentity(pid) === undefined)
  await until(async () => !(await readdir(tmpdir())).includes(name as string))

  const ending = await startChild(`${runServer}; process.stdin.unref()`, { ephemeral: true })
  if (ending.child.exitCode === null) await once(ending.child, 'exit')
  assert.equal(ending.child.exitCode, 0)
  await until(() => processIdentity(serverOf(ending).pid) === undefined)
})

test('a server that is killed is reported, and the next start recovers what it left', async () => {
  const server = await startEmbedded({ directory })
  process.kill(server.pid, 'SIGKILL')
  assert.deepEqual(await server.exited, { code: null, signal: 'SIGKILL' })
  await server.stop()
  await using next = await startEmbedded({ directory }, { databases: ['shop'] })
  await using db = await openDatabase({ url: next.urlFor('shop') })
  await db.ping()
})

test('a server whose watchdog is killed stops, so that none runs unwatched', async () => {
  const server = await startEmbedded({ directory })
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8')
  process.kill(Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]), 'SIGKILL')
  assert.deepEqual(await server.exited, { code: null, signal: 'SIGKILL' })
  await until(() => processIdentity(server.pid) === undefined)
})

test('a database comes back to its callers when the server has been restarted', async () => {
  const first = await startEmbedded({ directory }, { databases: ['shop'] })
  await using db = await openDatabase({ url: first.urlFor('shop') })
  await db.ping()
  await first.stop()
  await rejectsWith(db.ping(), 'ASHLAR_SQL_UNAVAILABLE', /no PostgreSQL answers at 127\.0\.0\.1:\d+; start it/)
  await rejectsWith(
    db.transaction(async () => undefined),
    'ASHLAR_SQL_UNAVAILABLE',
  )
  await using second = await startEmbedded({ directory }, { port: first.port })
  assert.equal(second.port, first.port)
  await db.ping()
  assert.equal(await db.transaction((tx) => tx.run(sql`select 1`)), 1)
})

test('a process number in the data that belongs to another program by now is not signalled', async () => {
  await (await startEmbedded({ directory })).stop()
  const data = join(directory, 'data')
  await writeFile(join(data, 'postmaster.pid'), `${process.pid}\n${data}\n`)
  await writeFile(join(directory, 'owner-1000'), JSON.stringify({ pid: process.pid, started: 'another time' }))
  await using server = await startEmbedded({ directory })
  assert.ok(isPostgresIn(server.pid, data))
})

test(
  'root without the right to look into processes, as in a container, knows its server all the same',
  { skip: isRoot() && existsSync('/usr/bin/setpriv') ? false : 'takes root, and setpriv to give that right up' },
  async () => {
    await using server = await startEmbedded({ directory })
    const module = new URL('./process-info.ts', import.meta.url).href
    const source = `
      import { isPostgresIn } from ${JSON.stringify(module)}
      for (const folder of ['data', 'other']) {
        console.log(isPostgresIn(${server.pid}, ${JSON.stringify(directory)} + '/' + folder))
      }`
    const node = [process.execPath, '--conditions=ashlar:source', '--input-type=module', '--eval', source]
    const { stdout } = spawnSync('/usr/bin/setpriv', ['--bounding-set=-sys_ptrace', ...node], { encoding: 'utf8' })
    assert.equal(stdout, 'true\nfalse\n')
  },
)

test('data whose passwords are gone is left alone, and the way out is told', async () => {
  const bereft = join(folder, 'bereft')
  await (await startEmbedded({ directory: bereft })).stop()
  await rm(join(bereft, 'secrets.json'))
  await rejectsWith(startEmbedded({ directory: bereft }), 'ASHLAR_SQL_EMBEDDED', /restore secrets\.json, or remove/)
  assert.ok(existsSync(join(bereft, 'data', 'PG_VERSION')))
})

test('an ephemeral folder that cannot be removed is no reason to fail', async () => {
  const home = join(folder, 'full house')
  await mkdir(home)
  const program = `
    const { rename, writeFile } = await import('node:fs/promises')
    const server = await startEmbedded({ ephemeral: true })
    await rename(argument, argument + ' moved')
    await writeFile(argument, 'in the way')
    await server.stop()
    tell('stopped')`
  const child = await startChild(program, home, { home })
  assert.equal(child.told, 'stopped')
  await killChild(child)
})

test('an interrupted initdb is cleared away and done again', async () => {
  const fresh = join(folder, 'fresh')
  await mkdir(join(fresh, 'init-interrupted', 'base'), { recursive: true })
  await using server = await startEmbedded({ directory: fresh }, { databases: ['shop'] })
  assert.deepEqual((await readdir(fresh)).toSorted(), ['data', 'owner-1', 'secrets.json'])
  await using db = await openDatabase({ url: server.urlFor('shop') })
  await db.ping()
})

test('data of another version is left alone, and the way out is told', async () => {
  const old = join(folder, 'old')
  await mkdir(join(old, 'data'), { recursive: true })
  await writeFile(join(old, 'data', 'PG_VERSION'), '15\n')
  await rejectsWith(
    startEmbedded({ directory: old }),
    'ASHLAR_SQL_EMBEDDED',
    /holds data of PostgreSQL 15, and the embedded server is PostgreSQL 18; move the folder away/,
  )
  assert.equal(await readFile(join(old, 'data', 'PG_VERSION'), 'utf8'), '15\n')
})

test('a fixed port that is taken is named', async () => {
  const squatter = createServer()
  squatter.listen(0, '127.0.0.1')
  await once(squatter, 'listening')
  const { port } = squatter.address() as AddressInfo
  await rejectsWith(
    startEmbedded({ directory }, { port }),
    'ASHLAR_SQL_EMBEDDED',
    new RegExp(`port ${port} of 127.0.0.1 is taken`),
  )
  squatter.close()
})

test(
  'an ordinary user needs nothing more, and root may start what that user has made',
  { skip: isRoot() ? false : 'every test here runs as one' },
  async () => {
    // PostgreSQL wants a user that has a name.
    const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => Number(line.split(':')[2]))
    const uid = users.find((id) => id > 0 && id < 65_534) as number
    const home = join(folder, 'home')
    await mkdir(home)
    await chown(home, uid, uid)
    const account = { uid, gid: uid, home }
    const place = { directory: join(home, 'project/.ashlar/postgres') }
    const first = await startChild(runServer, place, account)
    assert.equal((await stat(`/proc/${serverOf(first).pid}`)).uid, uid)
    await killChild(first)

    const ours = await startEmbedded(place, { databases: ['more'] })
    assert.equal((await stat(`/proc/${ours.pid}`)).uid, uid)
    await ours.stop()

    const again = await startChild(runServer, place, account)
    const db = await openDatabase({ url: serverOf(again).url })
    await db.ping()
    await db[Symbol.asyncDispose]()
    await killChild(again)
    await until(() => processIdentity(serverOf(again).pid) === undefined)
  },
)

test(
  'root keeps the data elsewhere when the project is closed to others, and finds it again',
  {
    skip: isRoot() ? false : 'only root runs the server as somebody else',
  },
  async () => {
    const home = join(folder, 'root home')
    const shared = join(folder, 'shared')
    await mkdir(home, { mode: 0o700 })
    const project = join(home, 'postgres')
    const account = { uid: 65_534, gid: 65_534 }
    const place = await locate(project, account, shared)
    assert.ok(place.startsWith(`${shared}/`))
    assert.equal((await readFile(join(project, 'location'), 'utf8')).trim(), place)
    await chmod(home, 0o755)
    assert.equal(await locate(project, account, shared), place)
  },
)
