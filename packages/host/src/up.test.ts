import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { createHttpClient } from '@ashlar/http/client'
import { adminKeyOf, readAdminKey } from './admin-keys.ts'
import { deafService, failingService, fixtureProject, plainService } from './fixture-project.test.support.ts'
import type { LogLine } from './log-line.ts'
import { processStart } from './process-info.ts'
import type { HostState } from './state-file.ts'
import type { Topology } from './topology.ts'
import { up, type RunningTopology, type UpOptions } from './up.ts'

const files = { 'plain.mjs': plainService, 'failing.mjs': failingService, 'deaf.mjs': deafService }
const pair: Topology = {
  name: 'pair',
  collector: false,
  services: {
    front: { main: 'plain.mjs', calls: ['back'], public: true, secrets: ['SHARED_KEY', 'FRONT_SECRET'] },
    back: { main: 'plain.mjs', secrets: ['SHARED_KEY'] },
  },
}

async function start(
  t: TestContext,
  topology: Topology,
  options: Partial<UpOptions> = {},
): Promise<{ running: RunningTopology; lines: string[]; root: string }> {
  let running: RunningTopology | undefined
  t.after(() => running?.stop())
  const root = fixtureProject(t, files)
  const lines: string[] = []
  const onLine = ({ service, text }: LogLine): void => void lines.push(`${service} ${text}`)
  running = await up(topology, { root, env: {}, onLine, ...options })
  return { running, lines, root }
}

async function environmentOf(url: string): Promise<Record<string, string>> {
  await using client = createHttpClient({ baseUrl: url, name: 'fixture' })
  return (await (await client.request({ method: 'GET', path: '/' })).json()) as Record<string, string>
}

test('services run with what the topology says, and nothing of our own environment', async (t) => {
  const { running, root } = await start(t, pair, {
    env: { PATH: '/bin', STRAY: '1', FRONT_COLOUR: 'red', LOG: 'debug' },
  })
  const { SHARED_KEY: sharedKey, FRONT_SECRET: secret, ...front } = await environmentOf(running.urls['front'] as string)
  const { pid } = running.service('front')
  assert.deepEqual(front, {
    PATH: '/bin',
    TZ: 'UTC',
    LOG: 'debug',
    ADMIN_KEY: adminKeyOf('front', readAdminKey(join(root, '.ashlar')) ?? ''),
    COLOUR: 'red',
    NODE_COMPILE_CACHE: join(root, '.ashlar/cache/compile'),
    PORT: String(running.service('front').port),
    PUBLIC_URL: running.urls['front'],
    BACK_URL: running.urls['back'],
  })
  const back = await environmentOf(running.urls['back'] as string)
  assert.equal(back['SHARED_KEY'], sharedKey)
  assert.ok(secret !== undefined && !JSON.stringify(back).includes(secret), 'a secret goes to those who name it')
  assert.ok(pid !== undefined && pid !== process.pid)
})

test('the key of all admin keys is a new one each time, for its owner only, and gone at the end', async (t) => {
  const { running, root } = await start(t, pair)
  const directory = join(root, '.ashlar')
  const key = readAdminKey(directory)
  assert.match(key ?? '', /^[\w-]{43}$/)
  assert.equal(statSync(join(directory, 'admin-key')).mode & 0o777, 0o600)
  assert.ok(!readFileSync(join(directory, 'state.json'), 'utf8').includes(key ?? ''))
  await running.stop()
  assert.equal(readAdminKey(directory), undefined)
  const again = await up(pair, { root, env: {} })
  assert.notEqual(readAdminKey(directory), key)
  await again.stop()
})

test('LOG reaches every service as it is, and a name in it that is nobody’s is pointed out', async (t) => {
  const log = 'info,front=debug,back.pool=warn,postgres=debug,fornt=debug'
  const { running, lines } = await start(t, pair, { env: { LOG: log } })
  assert.equal((await environmentOf(running.urls['back'] as string))['LOG'], log)
  const warned = lines.filter((line) => line.includes('LOG gives'))
  assert.equal(warned.length, 1)
  assert.match(warned[0] ?? '', /^ashlar .*LOG gives a level to \\"fornt\\", which is not a service/)
})

test('a service that keeps files has a directory of its own; an ephemeral system forgets what is in it', async (t) => {
  const keeping: Topology = { ...pair, services: { ...pair.services, front: { main: 'plain.mjs', files: true } } }
  for (const [ephemeral, place] of [
    [false, '.ashlar/files/front'],
    [true, '.ashlar/ephemeral-files/front'],
  ] as const) {
    const { running, root } = await start(t, keeping, { ephemeral })
    const { FILES_DIR: given } = await environmentOf(running.urls['front'] as string)
    assert.equal(given, join(root, place))
    assert.equal((await environmentOf(running.urls['back'] as string))['FILES_DIR'], undefined)
    mkdirSync(given, { recursive: true })
    await running.stop()
    assert.equal(existsSync(given), !ephemeral)
  }
})

test('a service that is killed comes back, as another process at the same address with the same secrets', async (t) => {
  const { running, lines } = await start(t, pair)
  const { pid, url } = running.service('back')
  const before = await environmentOf(url)
  process.kill(pid as number, 'SIGKILL')
  const after = await running.waitFor('back', { otherThanPid: pid as number })
  assert.equal(after.url, url)
  assert.equal(after.restarts, 1)
  assert.equal((await environmentOf(url))['SHARED_KEY'], before['SHARED_KEY'])
  assert.ok(lines.some((line) => /^ashlar .*back was killed by SIGKILL; starts again in \d+ ms/.test(line)))
  assert.equal(running.service('front').restarts, 0)
})

test('the state file says what runs, and nothing of what services are given', async (t) => {
  const { running, root } = await start(t, pair, { env: { SHARED_KEY: 'sesame' } })
  const text = readFileSync(join(root, '.ashlar/state.json'), 'utf8')
  const { services, urls } = JSON.parse(text) as HostState
  assert.deepEqual(services['back'], running.service('back'))
  assert.deepEqual(urls, { front: running.urls['front'] })
  assert.ok(!text.includes('sesame'))
})

test('stopping ends callers before those they call and leaves no process and no state', async (t) => {
  const { running, lines, root } = await start(t, pair)
  const pids = ['front', 'back'].map((name) => running.service(name).pid as number)
  await running.stop()
  await running.stop()
  assert.deepEqual(
    lines.filter((line) => line.includes('stopping')).map((line) => line.split(' ')[0]),
    ['front', 'back'],
  )
  for (const pid of pids) assert.equal(processStart(pid), undefined)
  assert.equal(existsSync(join(root, '.ashlar/state.json')), false)
})

test('a service that cannot start ends the whole start with its message, and the others with it', async (t) => {
  const lines: string[] = []
  const topology = { ...pair, services: { ...pair.services, bank: { main: 'failing.mjs' } } }
  const failing = start(t, topology, { onLine: ({ service, text }) => void lines.push(`${service} ${text}`) })
  await assert.rejects(failing, {
    code: 'ASHLAR_HOST_SERVICE_START',
    message: 'bank could not start: BANK_URL is missing; set it to the URL of the bank',
  })
})

test('services that do not become ready are named, and killed when they do not end', async (t) => {
  const topology = {
    name: 'deaf',
    collector: false,
    services: { first: { main: 'deaf.mjs' }, second: { main: 'deaf.mjs' } },
  }
  await assert.rejects(start(t, topology, { startTimeoutMs: 300, graceMs: 50 }), {
    code: 'ASHLAR_HOST_START_TIMEOUT',
    message: 'not ready after 0.3 s: first, second',
  })
})

test('an abort ends the start and what it had started', async (t) => {
  const controller = new AbortController()
  const topology = { name: 'deaf', collector: false, services: { deaf: { main: 'deaf.mjs' } } }
  const starting = start(t, topology, { signal: controller.signal, graceMs: 50 })
  controller.abort(new Error('changed my mind'))
  await assert.rejects(starting, { message: 'changed my mind' })
})

test('the same directory is not used twice at a time', async (t) => {
  const { root } = await start(t, pair)
  await assert.rejects(up(pair, { root, env: {} }), { code: 'ASHLAR_HOST_ALREADY_RUNNING' })
})

test('a service that prints without end is slowed down to its reader, and can still be stopped', async (t) => {
  const root = fixtureProject(t, {
    'flood.mjs': `${plainService}
const line = 'x'.repeat(1000) + '\\n'
const flood = () => { while (process.stdout.write(line)); process.stdout.once('drain', flood) }
flood()`,
  })
  let printed = 0
  const never = new Promise<void>(() => undefined)
  const running = await up(
    { name: 'flood', collector: false, services: { flood: { main: 'flood.mjs' } } },
    { root, env: {}, onLine: ({ service }) => (service === 'flood' && ++printed >= 3 ? never : undefined) },
  )
  await running.stop()
  assert.equal(printed, 3)
})
