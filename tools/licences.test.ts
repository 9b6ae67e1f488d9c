import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  bundledInto,
  currentNotice,
  isAllowed,
  licenceFaults,
  notice,
  readShipped,
  shipped,
  type Locked,
} from './licences.ts'
import { currentSbom, sbom } from './sbom.ts'
import { repositoryOf } from './tidy/repository.ts'

test('everything that is shipped has a licence of the allow-list', async () => {
  const { locked, places } = await readShipped()
  assert.ok(places.includes('node_modules/pg') && places.includes('node_modules/preact'), 'it was read')
  assert.ok(!places.includes('node_modules/knip'), 'a tool is not shipped')
  assert.deepEqual(licenceFaults(locked, places), [])
})

test('NOTICE names everything that is shipped', async () => {
  const committed = await readFile(join(import.meta.dirname, '../NOTICE'), 'utf8')
  assert.equal(committed, await currentNotice(), 'run "npm run licences"')
})

test('the bill of materials holds everything that is shipped, once, and is the same each time', async () => {
  const [first, second] = await Promise.all([currentSbom(), currentSbom()])
  assert.equal(first, second)
  const { components } = JSON.parse(first) as { components: { purl: string }[] }
  const { locked, places } = await readShipped()
  const packages = new Set(places.map((place) => `${place.replace(/.*node_modules\//, '')} ${locked[place]?.version}`))
  assert.equal(new Set(components.map(({ purl }) => purl)).size, components.length)
  assert.equal(components.length, packages.size)
})

const locked: Locked = {
  '': { version: '1.0.0' },
  'packages/mine': { version: '1.0.0' },
  'node_modules/mine': { link: true },
  'node_modules/a': {
    version: '1.0.0',
    license: 'MIT',
    integrity: 'sha512-AQI=',
    dependencies: { b: '^2.0.0', c: '1' },
  },
  'node_modules/a/node_modules/b': { version: '2.0.0', license: 'ISC' },
  'node_modules/b': { version: '1.0.0', license: 'GPL-3.0-only', dev: true },
  'node_modules/c': { version: '1.0.0', license: '(Apache-2.0 AND BSD-3-Clause)', optional: true },
  'node_modules/@x/page': { version: '3.0.0', license: 'MIT', dev: true, dependencies: { lib: '1' } },
  'node_modules/lib': { version: '1.0.0', license: 'MIT', dev: true },
}

test('tools and the repository’s own packages are not shipped; what a page is built from is', () => {
  const always = ['node_modules/a', 'node_modules/a/node_modules/b', 'node_modules/c']
  assert.deepEqual(shipped(locked, []), always)
  assert.deepEqual(shipped(locked, ['@x/page']), ['node_modules/@x/page', ...always, 'node_modules/lib'])
  const page = { 'page/a.ts': "import '@x/page/hooks'\nimport type { T } from 'types'\nimport './b.ts'" }
  assert.deepEqual(bundledInto(repositoryOf(new Map(Object.entries(page))), 'page/'), ['@x/page'])
})

test('a licence that is not on the allow-list, and a missing one, are named', () => {
  const bad = { ...locked, 'node_modules/c': { version: '1.0.0' }, 'node_modules/d': { license: 'AGPL-3.0-only' } }
  assert.deepEqual(licenceFaults(bad, shipped(bad, [])), [
    'c: licence "none" is not on the allow-list',
    'd: licence "AGPL-3.0-only" is not on the allow-list',
  ])
  for (const good of ['MIT', 'GPL-2.0-only OR MIT', '(Apache-2.0 AND BSD-3-Clause)']) assert.ok(isAllowed(good), good)
  for (const no of [undefined, '', 'UNLICENSED', 'MIT AND GPL-2.0-only', 'SEE LICENSE IN x'])
    assert.ok(!isAllowed(no), no)
})

test('a new dependency or version makes NOTICE out of date; another platform does not', () => {
  const made = (entries: Locked): string =>
    notice(entries, shipped(entries, []), (place) => (place.endsWith('/c') ? 'Copyright c' : 'Copyright them'))
  assert.match(made(locked), /^a 1\.0\.0 \(MIT\)\n {2}Copyright them$/m)
  assert.doesNotMatch(made(locked), /Copyright c/)
  const newer = { ...locked, 'node_modules/c': { ...locked['node_modules/c'], version: '1.0.1' } }
  assert.notEqual(made(newer), made(locked))
})

test('the bill gives each package its hash and what Node would load for it', () => {
  const bill = JSON.parse(sbom({ name: 'me', version: '1.0.0' }, locked, shipped(locked, []))) as {
    components: { purl: string; hashes?: unknown; licenses: unknown }[]
    dependencies: unknown[]
  }
  assert.deepEqual(bill.components[0]?.hashes, [{ alg: 'SHA-512', content: '0102' }])
  assert.deepEqual(bill.components[2]?.licenses, [{ expression: '(Apache-2.0 AND BSD-3-Clause)' }])
  assert.deepEqual(bill.dependencies[1], { ref: 'pkg:npm/a@1.0.0', dependsOn: ['pkg:npm/b@2.0.0', 'pkg:npm/c@1.0.0'] })
})
