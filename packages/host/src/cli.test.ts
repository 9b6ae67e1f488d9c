import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { sleep, systemClock } from '@ashlar/kernel'
import { commandNames } from './command-names.ts'
import { ashlar } from './command.test.support.ts'
import { configFile, failingService, fixtureProject, plainService } from './fixture-project.test.support.ts'
import { processStart } from './process-info.ts'
import type { HostState } from './state-file.ts'
import type { Topology } from './topology.ts'

const bin = fileURLToPath(new URL('../bin/ashlar.js', import.meta.url))

const pair: Topology = {
  name: 'pair',
  collector: false,
  services: { front: { main: 'plain.mjs', calls: ['back'], public: true }, back: { main: 'plain.mjs' } },
}

function project(t: TestContext, topology: Topology = pair): string {
  const config = configFile(topology)
  return fixtureProject(t, { 'plain.mjs': plainService, 'failing.mjs': failingService, 'ashlar.config.ts': config })
}

function stateOf(root: string): HostState {
  return JSON.parse(readFileSync(join(root, '.ashlar/state.json'), 'utf8')) as HostState
}

function pidsOf(root: string): number[] {
  const { pid, services, postgres } = stateOf(root)
  return [pid, ...[...Object.values(services), postgres].flatMap((report) => report?.pid ?? [])]
}

// The system tells nobody but the parent that a process has ended, and here the parent is dead: so this asks.
async function untilGone(pids: readonly number[]): Promise<void> {
  const untilMs = systemClock.now() + 30_000
  while (pids.some((pid) => processStart(pid) !== undefined)) {
    assert.ok(systemClock.now() < untilMs, `still there: ${pids.filter((pid) => processStart(pid)).join(', ')}`)
    await sleep(systemClock, 10)
  }
}

test('up says once that all is ready and where; status shows it; Ctrl-C ends it and leaves nothing', async (t) => {
  const root = project(t)
  const up = ashlar(t, root, ['up'])
  const ready = await up.line(/^ready in/)
  const url = stateOf(root).services['front']?.url
  assert.match(ready, new RegExp(`^ready in \\d+\\.\\d s   front ${url}   \\(Ctrl-C stops everything\\)$`))

  const status = ashlar(t, root, ['status'])
  assert.equal(await status.ended, 0)
  assert.match(status.out.join('\n'), new RegExp(`front +ready +healthy +\\d+ +\\d+s +0 .* ${url}\\n`))
  assert.match(status.out.at(-1) ?? '', /^total/)

  const pids = pidsOf(root)
  assert.equal(pids.length, 3)
  up.child.kill('SIGINT')
  assert.equal(await up.ended, 0)
  for (const pid of pids) assert.equal(processStart(pid), undefined)
  assert.equal(up.out.filter((line) => line.startsWith('ready in')).length, 1)
  assert.deepEqual(up.err, [])

  const after = ashlar(t, root, ['status'])
  assert.equal(await after.ended, 3)
  assert.deepEqual(after.out, ['not running; start it with: ashlar up'])
})

test('when the host is killed with -9, services and database server go too, and the next start is clean', async (t) => {
  const root = project(t, { ...pair, services: { ...pair.services, order: { main: 'plain.mjs', database: true } } })
  const up = ashlar(t, root, ['up'])
  await up.line(/^ready in/)
  const pids = pidsOf(root)
  assert.equal(pids.length, 5)
  up.child.kill('SIGKILL')
  await up.ended
  await untilGone(pids)
  assert.ok(existsSync(join(root, '.ashlar/state.json')))

  const again = ashlar(t, root, ['up'])
  await again.line(/^ready in/)
  again.child.kill('SIGTERM')
  assert.equal(await again.ended, 0)
})

test('a service that died makes status say so; a second up is told where the first one is', async (t) => {
  const crashing =
    "process.send({ type: 'ashlar:ready', url: 'http://127.0.0.1:1', pid: process.pid }); setTimeout(process.exit, 50)"
  const topology = { ...pair, services: { ...pair.services, crashing: { main: 'crashing.mjs' } } }
  const root = fixtureProject(t, {
    'plain.mjs': plainService,
    'crashing.mjs': crashing,
    'ashlar.config.ts': configFile(topology),
  })
  const up = ashlar(t, root, ['up'])
  await up.line(/crashing exited with code 0; starts again/)
  const status = ashlar(t, root, ['status', '--json'])
  assert.equal(await status.ended, 1)
  const { healthy, processes } = JSON.parse(status.out.join('')) as {
    healthy: boolean
    processes: { name: string; health: string }[]
  }
  assert.equal(healthy, false)
  assert.equal(processes.find(({ name }) => name === 'front')?.health, 'healthy')

  const second = ashlar(t, root, ['up'])
  assert.equal(await second.ended, 1)
  assert.deepEqual(second.out, [])
  assert.match(
    second.err.join('\n'),
    new RegExp(`^ashlar: already running at http://127.0.0.1:\\d+ \\(process ${up.child.pid}\\)`),
  )
  up.child.kill('SIGINT')
  assert.equal(await up.ended, 0)
})

test('a busy port and a service that cannot start are one line each, without a stack', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const busy = ashlar(t, project(t), ['up', '--port', String(port)])
  const failing = ashlar(t, project(t, { name: 'x', services: { bank: { main: 'failing.mjs' } } }), ['up'])
  assert.equal(await busy.ended, 1)
  assert.deepEqual(busy.err, [
    `ashlar: port ${port} (front) is in use by another program; choose another: FRONT_PORT=${port + 1} or --port ${port + 1}`,
  ])
  assert.deepEqual(busy.out, [])
  assert.equal(await failing.ended, 1)
  assert.deepEqual(failing.err, ['ashlar: bank could not start: BANK_URL is missing; set it to the URL of the bank'])
})

test('with --json every line is a JSON object', async (t) => {
  const root = project(t)
  const up = ashlar(t, root, ['up', '--json'])
  const ready = JSON.parse(await up.line(/"msg":"ready"/)) as { service: string; urls: Record<string, string> }
  assert.equal(ready.service, 'ashlar')
  assert.equal(ready.urls['front'], stateOf(root).services['front']?.url)
  up.child.kill('SIGTERM')
  assert.equal(await up.ended, 0)
  for (const line of up.out) assert.equal(typeof JSON.parse(line), 'object')
})

test('mistakes on the command line are one line that says what there is, and status 2', async (t) => {
  const root = project(t)
  const mistakes: [string[], RegExp][] = [
    [['upp'], /^ashlar: there is no command or service "upp"; did you mean "up"\?$/],
    [['fornt', 'drain'], /^ashlar: there is no command or service "fornt"; did you mean "front"\?$/],
    [['xyz'], /^ashlar: there is no command or service "xyz"; there are: up, status, actions, .*, front, back$/],
    [['completion'], /^ashlar: completion: say for which shell: bash, zsh, fish$/],
    [['up', '--prot', '1'], /^ashlar: up: Unknown option '--prot'; "ashlar help" lists what there is$/],
    [['up', '--port', 'x'], /^ashlar: up: --port is a port, 1 to 65535, not "x"$/],
    [['status', 'now'], /^ashlar: status: Unexpected argument 'now'/],
  ]
  for (const [command, message] of mistakes.map(([args, said]) => [ashlar(t, root, args), said] as const)) {
    assert.equal(await command.ended, 2)
    assert.equal(command.err.length, 1)
    assert.match(command.err[0] ?? '', message)
  }
})

test('a topology file that is missing, broken or wrong is said in words', async (t) => {
  const nowhere = ashlar(t, fixtureProject(t, {}), ['up'])
  const broken = ashlar(t, fixtureProject(t, { 'ashlar.config.ts': 'export default {' }), ['up'])
  const wrong = ashlar(t, project(t, { name: 'x', services: { bank: { main: 'bnk.mjs' } } }), ['up'])
  assert.deepEqual([await nowhere.ended, await broken.ended, await wrong.ended], [1, 1, 1])
  assert.match(nowhere.err.join('\n'), /^ashlar: there is no ashlar\.config\.ts in .* or name the file with --config$/)
  assert.match(broken.err.join('\n'), /^ashlar: .*ashlar\.config\.ts does not run: /)
  assert.match(
    wrong.err.join('\n'),
    /^ashlar: the topology cannot run:\n  services\.bank\.main names bnk\.mjs, which is not a file/,
  )
})

test('the installed command runs the same program', async (t) => {
  const version = ashlar(t, fixtureProject(t, {}), ['--version'], bin)
  const help = ashlar(t, fixtureProject(t, {}), ['help'], bin)
  assert.equal(await version.ended, 0)
  assert.match(version.out.join('\n'), /^ashlar \d+\.\d+\.\d+ \(Node v\d+/)
  assert.equal(await help.ended, 0)
  assert.match(help.out.join('\n'), /ashlar up .*\n.*ashlar status/)
})

test('every command answers a call for help', async (t) => {
  const folder = fixtureProject(t, {})
  const asked = commandNames.map((command) => ashlar(t, folder, [command, '--help'], bin))
  for (const help of asked) {
    assert.equal(await help.ended, 0)
    assert.match(help.out.join('\n'), /ashlar up .*\n.*ashlar status/)
  }
})
