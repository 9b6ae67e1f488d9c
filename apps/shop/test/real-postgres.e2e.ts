import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openDatabase, sql } from '@ashlar/sql'
import { freePort, startShop } from './running-shop.ts'

const programs = process.env.POSTGRES_BIN ?? globSync('/usr/lib/postgresql/*/bin').toSorted().at(-1)
const found = programs !== undefined && existsSync(join(programs, 'postgres'))
const skip =
  found || process.env.CI !== undefined ? false : 'no PostgreSQL server is installed: install one, or set POSTGRES_BIN'

const databases = ['bank', 'user', 'product', 'payment', 'order']

test(
  'a URL per service moves the shop to a PostgreSQL server of one’s own, and no other is started',
  { skip },
  async (t) => {
    const superuserUrl = await startServer(t)
    const env: Record<string, string> = {}
    const db = await openDatabase({ url: superuserUrl })
    for (const name of databases) {
      // As an administrator would: a role that owns its database and has no other right.
      await db.run(sql`create role ${sql.id(`shop_${name}`)} login password 'sesame'`)
      await db.run(sql`create database ${sql.id(`shop_${name}`)} owner ${sql.id(`shop_${name}`)}`)
      const url = Object.assign(new URL(superuserUrl), {
        username: `shop_${name}`,
        password: 'sesame',
        pathname: `/shop_${name}`,
      })
      env[`${name.toUpperCase()}_DATABASE_URL`] = url.href
    }
    const { version } = await db.one(sql<{ version: string }>`select current_setting('server_version') as version`)
    t.diagnostic(`PostgreSQL ${version}`)
    await db[Symbol.asyncDispose]()

    const shop = await startShop(env)
    t.after(() => shop.stop())
    assert.equal(shop.topology.postgres(), undefined)
    const customer = shop.customer()
    await customer.register()
    const [product] = await customer.search('teapot')
    assert.ok(product)
    await customer.setCartItem(product.id, 1)
    const order = await customer.placeOrder(await customer.cardToken())
    assert.equal(order.status, 'ORDER_STATUS_PAID')
    assert.equal((await customer.search('tepot')).length > 0, true, 'mistyped words are found here too')
  },
)

/** An installed server with data of its own, as an unprivileged user, on a free loopback port. */
async function startServer(t: TestContext): Promise<string> {
  assert.ok(programs)
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-real-postgres-'))
  const data = join(folder, 'data')
  const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  chmodSync(folder, 0o755)
  mkdirSync(data)
  if (account.uid !== undefined) chownSync(data, account.uid, account.gid)
  writeFileSync(join(folder, 'password'), 'sesame')
  const options = { ...account, cwd: '/', env: { PATH: '/usr/bin:/bin', LANG: 'C' } }
  const initdb = [
    '-D',
    data,
    '-U',
    'admin',
    '-A',
    'scram-sha-256',
    `--pwfile=${join(folder, 'password')}`,
    '-E',
    'UTF8',
    '--no-sync',
  ]
  const made = spawnSync(join(programs, 'initdb'), initdb, options)
  assert.equal(made.status, 0, made.stderr.toString())

  const port = await freePort()
  const settings = ['-p', String(port), '-h', '127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'fsync=off']
  const server = spawn(join(programs, 'postgres'), ['-D', data, ...settings], { ...options, stdio: 'ignore' })
  t.after(async () => {
    const exited = once(server, 'exit')
    server.kill('SIGINT')
    await exited
    rmSync(folder, { recursive: true, force: true })
  })
  return `postgres://admin:sesame@127.0.0.1:${port}/postgres`
}
