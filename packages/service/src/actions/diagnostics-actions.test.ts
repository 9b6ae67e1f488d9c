import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { parseActionInput, runCall, systemClock, systemRandom, type Action } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { diagnosticsActions } from './diagnostics-actions.ts'

interface Written {
  readonly path: string
  readonly bytes: number
}

function setUp(t: TestContext): {
  directory: string
  clock: VirtualClock
  run: (name: string, input?: object, signal?: AbortSignal) => Promise<Written>
} {
  const parent = mkdtempSync(join(tmpdir(), 'ashlar-diagnostics-'))
  t.after(() => rmSync(parent, { recursive: true }))
  // Made when it is needed.
  const directory = join(parent, 'files')
  const clock = new VirtualClock()
  const actions = diagnosticsActions({ service: 'greeter', directory, clock, random: systemRandom })
  return {
    directory,
    clock,
    run(name, input = {}, signal) {
      const found = actions.find((one) => one.name === name) as Action
      const parsed = parseActionInput(found, input)
      const options = { parent: null, clock: systemClock, ...(signal === undefined ? {} : { signal }) }
      return runCall(options, (call) => found.run(parsed, call)) as Promise<Written>
    },
  }
}

// In a process of its own: the heap of the one that runs the tests is a hundred times larger.
const takeSnapshot = `
  import { parseActionInput, runCall, systemClock as clock, systemRandom as random } from '@ashlar/kernel'
  import { diagnosticsActions } from '${import.meta.dirname}/diagnostics-actions.ts'
  const [directory] = process.argv.slice(1)
  const actions = diagnosticsActions({ service: 'greeter', directory, clock, random })
  const action = actions.find(({ name }) => name === 'heap-snapshot')
  const written = await runCall({ parent: null }, (call) => action.run(parseActionInput(action, {}), call))
  console.log(JSON.stringify({ ...written, pid: process.pid }))
`

test('a heap snapshot is a file that its owner alone can read, and that developer tools can', async (t) => {
  const { directory } = setUp(t)
  const args = ['--conditions=ashlar:source', '--input-type=module', '--eval', takeSnapshot, directory]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const { path, bytes, pid } = JSON.parse(stdout) as Written & { pid: number }
  assert.ok(path.startsWith(join(directory, `greeter-${pid}-`)) && path.endsWith('.heapsnapshot'))
  const { size, mode } = statSync(path)
  assert.equal(size, bytes)
  assert.equal(mode & 0o777, 0o600)
  assert.equal(statSync(directory).mode & 0o777, 0o700)
  assert.ok('snapshot' in (JSON.parse(readFileSync(path, 'utf8')) as object))
})

test('a CPU profile covers the time that was asked for, and is written when that is over', async (t) => {
  const { directory, clock, run } = setUp(t)
  const profiling = run('cpu-profile', { forMs: 5_000 })
  await until(clock, () => clock.armed === 1)
  await clock.advance(4_999)
  assert.ok(clock.armed === 1)
  await clock.advance(1)
  const { path, bytes } = await profiling
  assert.equal(statSync(path).size, bytes)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  const profile = JSON.parse(readFileSync(path, 'utf8')) as { nodes: unknown[] }
  assert.ok(profile.nodes.length > 0)
  assert.equal(readdirSync(directory).length, 1)
})

test('one is made at a time; a profile whose caller goes away ends at once, leaves nothing and makes room', async (t) => {
  const { clock, directory, run } = setUp(t)
  const gone = new AbortController()
  const profiling = run('cpu-profile', { forMs: 60_000 }, gone.signal)
  await until(clock, () => clock.armed === 1)
  await assert.rejects(run('heap-snapshot'), { code: 'ASHLAR_DIAGNOSTICS_BUSY' })
  await assert.rejects(run('cpu-profile', { forMs: 1_000 }), { code: 'ASHLAR_DIAGNOSTICS_BUSY' })
  gone.abort(new Error('gone'))
  await assert.rejects(profiling, /gone|cancelled/)
  await until(clock, () => clock.armed === 0)
  const again = run('cpu-profile', { forMs: 1_000 })
  await until(clock, () => clock.armed === 1)
  await clock.advance(1_000)
  await again
  assert.equal(readdirSync(directory).length, 1)
})

test('a profile of less than a second or more than a minute is refused', async (t) => {
  const { run } = setUp(t)
  for (const forMs of [999, 60_001]) {
    assert.throws(() => run('cpu-profile', { forMs }), { code: 'ASHLAR_INVALID_INPUT' })
  }
})

/** Lets the platform work, and no time pass; the test's own limit ends a wait in vain. */
async function until(clock: VirtualClock, isSo: () => boolean): Promise<void> {
  while (!isSo()) await clock.advance(0)
}
