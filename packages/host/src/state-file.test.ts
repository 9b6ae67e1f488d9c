import assert from 'node:assert/strict'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { systemRandom } from '@ashlar/kernel'
import { fixtureProject } from './fixture-project.test.support.ts'
import { processStart } from './process-info.ts'
import { secretsFor } from './secrets.ts'
import { claimState, readState, removeState, writeState, type HostState } from './state-file.ts'

const living: HostState = {
  name: 'shop',
  pid: process.pid,
  processStart: processStart(process.pid) ?? '',
  startedAt: '2026-01-31T12:03:41.123Z',
  urls: { gateway: 'http://127.0.0.1:8080' },
  services: {},
}
// The process id lives, but it is somebody else's by now.
const dead: HostState = { ...living, processStart: '1' }

const stateFile = (t: TestContext): string => join(fixtureProject(t, {}), '.ashlar', 'state.json')

test('a living host has its directory for itself; whoever comes second is told where it is', (t) => {
  const file = stateFile(t)
  claimState(file, living)
  assert.throws(() => claimState(file, living), {
    code: 'ASHLAR_HOST_ALREADY_RUNNING',
    message: new RegExp(`already running at http://127.0.0.1:8080 \\(process ${process.pid}\\)`),
  })
  assert.deepEqual(readState(file), living)
})

test('what a dead host left, or what is no state at all, is cleared', (t) => {
  const file = stateFile(t)
  claimState(file, dead)
  assert.equal(readState(file), undefined)
  claimState(file, living)
  assert.deepEqual(readState(file), living)
  writeFileSync(file, '{"pid"')
  claimState(file, living)
  assert.deepEqual(readdirSync(join(file, '..')), ['state.json'])
})

test('the state is for its owner only, and gone after the end', (t) => {
  const file = stateFile(t)
  claimState(file, living)
  writeState(file, { ...living, name: 'other' })
  assert.equal(readState(file)?.name, 'other')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  removeState(file)
  assert.equal(existsSync(file), false)
})

test('secrets are made once and kept for their owner; new names are added', (t) => {
  const file = join(fixtureProject(t, {}), '.ashlar', 'secrets.json')
  const source = { file, given: {}, random: systemRandom }
  const first = secretsFor(['BANK_KEY'], source)
  assert.match(first['BANK_KEY'] ?? '', /^[\w-]{43}$/)
  const second = secretsFor(['BANK_KEY', 'MESH_KEY'], source)
  assert.equal(second['BANK_KEY'], first['BANK_KEY'])
  assert.notEqual(second['MESH_KEY'], first['BANK_KEY'])
  assert.equal(statSync(file).mode & 0o777, 0o600)
})

test('without a file secrets are new each time; one that is given is used and not stored', (t) => {
  const source = { file: undefined, given: {}, random: systemRandom }
  assert.notDeepEqual(secretsFor(['BANK_KEY'], source), secretsFor(['BANK_KEY'], source))
  const file = join(fixtureProject(t, {}), 'secrets.json')
  assert.deepEqual(secretsFor(['BANK_KEY'], { file, given: { BANK_KEY: 'mine' }, random: systemRandom }), {
    BANK_KEY: 'mine',
  })
  assert.equal(existsSync(file), false)
})

test('secrets that cannot be read are not replaced', (t) => {
  const root = fixtureProject(t, { 'secrets.json': '{"BANK_KEY": ' })
  const file = join(root, 'secrets.json')
  assert.throws(() => secretsFor(['BANK_KEY'], { file, given: {}, random: systemRandom }), {
    message: /restore it, or delete it/,
  })
})
