import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, suite, test } from 'node:test'
import { sleep, systemClock } from '@ashlar/kernel'
import { freePort } from '../apps/shop/test/running-shop.ts'
import { commandOf, familyOf, pssMb } from './processes.ts'
import { run } from './run.ts'

// What the first screen of the README promises, on two cores.
const firstStartMs = 8_000
const warmStartMs = 3_000
const memoryMb = 800

interface Account {
  readonly name: string
  readonly ids: { uid: number; gid: number } | undefined
}

// PostgreSQL wants a user that has a name; this one has one on every system, and no rights.
const ordinary = { name: 'an ordinary user', ids: { uid: 65_534, gid: 65_534 } }
const me = { name: process.getuid?.() === 0 ? 'root' : 'the user who runs the tests', ids: undefined }
const accounts: readonly Account[] = process.getuid?.() === 0 ? [me, ordinary] : [me]

for (const account of accounts) {
  suite(`a fresh clone, as ${account.name}, below a path with a space`, () => {
    let home: string
    let clone: string
    let port: number

    before(async () => {
      home = await mkdtemp(join(tmpdir(), 'ashlar fresh '))
      // As a home directory is on most systems: others may pass through it.
      await chmod(home, 0o755)
      clone = join(home, 'ashlar')
      port = await freePort()
      await succeed('git', ['clone', '--quiet', '--no-hardlinks', join(import.meta.dirname, '..'), clone])
      await mkdir(join(home, 'tmp'))
      if (account.ids !== undefined) await give(home, account.ids)
    })
    after(() => rm(home, { recursive: true, force: true }))

    /** Nothing of the caller's npm configuration or cache, and only what a login gives. */
    const environment = (): NodeJS.ProcessEnv => ({
      PATH: process.env.PATH,
      HOME: home,
      TMPDIR: join(home, 'tmp'),
      LANG: 'C.UTF-8',
      npm_config_cache: join(home, 'npm cache'),
      npm_config_registry: process.env.npm_config_registry,
      NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS,
      GATEWAY_PORT: String(port),
    })
    const as = (): object => ({ cwd: clone, env: environment(), ...account.ids })

    test('npm ci installs', async () => {
      await succeed('npm', ['ci', '--ignore-scripts'], as())
    })

    test(`npm start is ready within ${firstStartMs} ms, within ${memoryMb} MB, serves the storefront, and Ctrl-C leaves nothing behind`, async (t) => {
      const shop = await start(as())
      t.after(() => shop.kill())
      t.diagnostic(`first start: ${shop.readyMs} ms`)
      const page = await fetch(shop.url)
      assert.equal(page.status, 200)
      assert.match(await page.text(), /<title>[^<]*Ashlar/)
      const found = await fetch(`${shop.url}/api/products?query=mug`)
      assert.match(await found.text(), /"products":\[\{"id"/)
      const family = await familyOf(shop.process.pid as number)
      const sizes = await Promise.all(family.map(pssMb))
      const sumMb = Math.round(sizes.reduce((sum, size) => sum + size, 0))
      t.diagnostic(`memory: ${sumMb} MB (sum of PSS of ${family.length} processes, npm included)`)
      await shop.interrupt()
      assert.deepEqual(await stillAlive(family), [])
      assert.ok(shop.readyMs <= firstStartMs, `${shop.readyMs} ms`)
      assert.ok(sumMb <= memoryMb, `${sumMb} MB`)
    })

    test(`the next starts are ready within ${warmStartMs} ms (median of 3)`, async (t) => {
      const times: number[] = []
      for (let round = 0; round < 3; round++) {
        const shop = await start(as())
        times.push(shop.readyMs)
        await shop.interrupt()
      }
      t.diagnostic(`warm starts: ${times.join(', ')} ms`)
      const median = times.toSorted((a, b) => a - b)[1] as number
      assert.ok(median <= warmStartMs, `${median} ms`)
    })

    test('a host that is killed takes everything with it', async (t) => {
      const shop = await start(as())
      t.after(() => shop.kill())
      const family = await familyOf(shop.process.pid as number)
      const host = await findHost(family)
      process.kill(host, 'SIGKILL')
      await once(shop.process, 'exit')
      for (let tries = 0; tries < 100 && (await stillAlive(family)).length > 0; tries++) await sleep(systemClock, 100)
      assert.deepEqual(await stillAlive(family), [])
    })

    test('npm test passes', async () => {
      const { code, output } = await run('npm', ['test'], as())
      assert.equal(code, 0, output.slice(-4_000))
      assert.match(output, /^(ℹ|#) fail 0$/m)
    })
  })
}

interface Started {
  readonly process: ChildProcess
  readonly url: string
  /** From the command to the ready line. */
  readonly readyMs: number
  /** Ctrl-C: the signal that the terminal sends to the whole foreground group. */
  interrupt(): Promise<void>
  kill(): void
}

async function start(options: object): Promise<Started> {
  const begin = systemClock.now()
  const child = spawn('npm', ['start'], { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  child.stderr.on('data', (chunk: Buffer) => lines.push(chunk.toString()))
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    const url = /^ready in .*(http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1]
    if (url === undefined) continue
    const readyMs = Math.round(systemClock.now() - begin)
    child.stdout.resume()
    const signal = (name: NodeJS.Signals): void => {
      if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid as number), name)
    }
    return {
      process: child,
      url,
      readyMs,
      async interrupt() {
        const exited = once(child, 'exit')
        signal('SIGINT')
        await exited
      },
      kill: () => signal('SIGKILL'),
    }
  }
  throw new Error(`npm start ended before it was ready:\n${lines.join('\n')}`)
}

async function findHost(family: readonly number[]): Promise<number> {
  for (const pid of family) {
    if (/^\S*node .*cli\.ts up/.test((await commandOf(pid)) ?? '')) return pid
  }
  throw new Error('the host is not among the processes')
}

async function stillAlive(pids: readonly number[]): Promise<string[]> {
  const commands = await Promise.all(pids.map(commandOf))
  return commands.filter((command) => command !== undefined)
}

async function succeed(command: string, args: readonly string[], options: object = {}): Promise<void> {
  const { code, output } = await run(command, args, options)
  assert.equal(code, 0, `${command} ${args.join(' ')}:\n${output.slice(-4_000)}`)
}

/** Makes `path` and everything below it another account's. */
async function give(path: string, ids: { uid: number; gid: number }): Promise<void> {
  await chown(path, ids.uid, ids.gid)
  const entries = await readdir(path, { recursive: true })
  for (const entry of entries) await chown(join(path, entry), ids.uid, ids.gid)
}
