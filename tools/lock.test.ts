import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { lockfiles, missingEntries, type Lockfile } from './lock.ts'

for (const name of lockfiles) {
  test(`${name} holds every optional package, so that npm ci takes it on every platform`, async () => {
    const text = await readFile(join(import.meta.dirname, '..', name), 'utf8')
    assert.deepEqual([...missingEntries(JSON.parse(text) as Lockfile).keys()], [], 'run "npm run lock"')
  })
}

test('a package for another platform that was left out is found, and gets its platform from its name', () => {
  const optionalDependencies = {
    '@x/linux-x64-gnu': '1.0.0',
    '@x/darwin-arm64': '1.0.0',
    '@x/binding-wasm32-wasi': '1.0.0',
  }
  const lockfile = {
    packages: { 'node_modules/x': { dev: true, optionalDependencies }, 'node_modules/@x/linux-x64-gnu': {} },
  }
  assert.deepEqual(
    [...missingEntries(lockfile)],
    [
      ['node_modules/@x/darwin-arm64', { version: '1.0.0', dev: true, optional: true, os: ['darwin'], cpu: ['arm64'] }],
      ['node_modules/@x/binding-wasm32-wasi', { version: '1.0.0', dev: true, optional: true, cpu: ['wasm32'] }],
    ],
  )
})

test('a package whose name does not tell its platform is not guessed', () => {
  const lockfile = { packages: { 'node_modules/x': { optionalDependencies: { 'x-fast': '1.0.0' } } } }
  assert.throws(() => missingEntries(lockfile), /the platform of x-fast is not known/)
})
