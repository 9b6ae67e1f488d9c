import assert from 'node:assert/strict'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { packAll, publishFaults, type Manifest } from './publishable.ts'
import { run } from './run.ts'

const root = join(import.meta.dirname, '..')
let packing: ReturnType<typeof packAll> | undefined
const packed = (): ReturnType<typeof packAll> => (packing ??= packAll())

test('every package can be published as it is built', async () => {
  for (const [folder, one] of await packed()) {
    assert.ok(one.files.size > 5, `${folder} was packed`)
    assert.deepEqual(publishFaults(one), [], folder)
  }
})

test('the packages have one version, and ask for each other at just that', async () => {
  const manifests = [...(await packed()).values()].map(({ manifest }) => manifest)
  const [version] = manifests.map((manifest) => manifest.version)
  for (const { name, version: own, dependencies = {} } of manifests) {
    assert.equal(own, version, name)
    for (const [dependency, asked] of Object.entries(dependencies)) {
      assert.ok(!dependency.startsWith('@ashlar/') || asked === version, `${name} asks for ${dependency} ${asked}`)
    }
  }
})

test('every public entry loads and type-checks from what was built, without the sources', async (t) => {
  const entries = [...(await packed()).values()].flatMap(({ manifest: { name, exports = {} } }) =>
    Object.keys(exports).map((entry) => `${name}${entry.slice(1)}`),
  )
  const folder = join(root, '.ashlar', `published-${process.pid}`)
  await mkdir(folder, { recursive: true })
  t.after(() => rm(folder, { recursive: true, force: true }))
  const program = entries
    .map((entry, index) => `import * as entry${index} from '${entry}'\nvoid entry${index}\n`)
    .join('')
  await writeFile(join(folder, 'program.mts'), program)
  const options = { strict: true, target: 'es2024', module: 'nodenext', lib: ['es2024', 'esnext'], noEmit: true }
  const config = { compilerOptions: { ...options, skipLibCheck: true, types: ['node'] }, files: ['program.mts'] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const [compiled, ran] = await Promise.all([
    run(join(root, 'node_modules/.bin/tsc'), ['-p', folder]),
    run(process.execPath, [join(folder, 'program.mts')]),
  ])
  assert.deepEqual(compiled, { code: 0, output: '' })
  assert.equal(ran.code, 0, ran.output)
})

const sound: Manifest = {
  name: '@ashlar/box',
  version: '0.1.0',
  description: 'A box.',
  license: 'MIT',
  type: 'module',
  files: ['dist'],
  engines: { node: '>=22.22' },
  bin: { box: './bin/box.js' },
  exports: {
    '.': { 'ashlar:source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
  },
  dependencies: { lid: '1.0.0' },
}

/** What is wrong with a small package, with parts of its manifest and some of its files changed. */
function faults(manifest: Partial<Manifest>, texts: Readonly<Record<string, string | undefined>> = {}): string[] {
  const all: Readonly<Record<string, string | undefined>> = {
    'dist/index.js': "import 'lid/top'\nimport 'node:fs'\nimport './a.js'",
    'dist/index.d.ts': '',
    'dist/a.js': '',
    'bin/box.js': '#!/usr/bin/env node\n',
    'src/index.ts': '',
    ...texts,
  }
  const files = Object.keys(all).filter((path) => all[path] !== undefined && path !== 'src/index.ts')
  return publishFaults({
    manifest: { ...sound, ...manifest },
    files: new Map(files.map((path) => [path, path.endsWith('box.js') ? 0o755 : 0o644])),
    read: (path) => all[path],
  })
}

test('a package that is in order has no faults', () => {
  assert.deepEqual(faults({}), [])
  const browser = { types: './dist/index.d.ts', default: './dist/a.js' }
  const exports = { '.': { types: './dist/index.d.ts', browser, default: './dist/index.js' } }
  assert.deepEqual(faults({ exports }), [])
  const imports = { '#own': { browser: { default: './dist/a.js' }, default: './dist/index.js' } }
  assert.deepEqual(faults({ imports }, { 'dist/a.js': "import '#own'" }), [])
})

test('entries that users could not load are named', () => {
  const entry = (target: object): string[] => faults({ exports: { '.': target as never } })
  const [types, code] = ['./dist/index.d.ts', './dist/index.js']
  assert.deepEqual(entry({ types, default: './dist/gone.js' }), ['".": ./dist/gone.js would not be published'])
  assert.match(
    entry({ default: code, types }).join(),
    /"types" has to stand before "default".*"default" has to stand last/,
  )
  assert.match(entry({ default: code }).join(), /"types" has to stand before/)
  assert.match(entry({ types, browser: { default: code }, default: code }).join(), /"types" has to stand before/)
  assert.match(entry({ types: './dist/a.js', default: code }).join(), /"types" is not a declaration file/)
  for (const source of ['../other/src/index.ts', './dist/index.js', './src/gone.ts']) {
    assert.match(
      entry({ 'ashlar:source': source, types, default: code }).join(),
      /"ashlar:source" is not a file below src/,
    )
  }
})

test('tests, sources and build state in the archive are named', () => {
  for (const path of [
    'dist/a.test.js',
    'dist/a.test.support.d.ts',
    'dist/a.ts',
    'src/a.js',
    'dist/tsconfig.tsbuildinfo',
  ]) {
    assert.match(faults({}, { [path]: '' }).join(), new RegExp(`^${path}: a (test|source) would be published$`))
  }
})

test('imports of what users would not have are named', () => {
  assert.deepEqual(faults({ dependencies: {} }), ['dist/index.js: imports lid, which is not a dependency'])
  assert.deepEqual(faults({}, { 'dist/a.js': "import '#own'" }), ['dist/a.js: imports #own, which is not a dependency'])
  assert.deepEqual(faults({ imports: { '#own': './dist/b.js' } }), ['"#own": ./dist/b.js would not be published'])
  assert.deepEqual(faults({}, { 'dist/a.js': undefined }), [
    'dist/index.js: imports dist/a.js, which would not be published',
  ])
})

test('files that the code reads and that would stay behind are named', () => {
  const read = (path: string): string[] => faults({}, { 'dist/a.js': `new URL('${path}', import.meta.url)` })
  for (const path of ['../dist/index.js', '../bin/']) assert.deepEqual(read(path), [], path)
  for (const path of ['../migrations/', '../schema.sql']) {
    assert.deepEqual(read(path), [`dist/a.js: reads ${path.slice(3)}, which would not be published`])
  }
})

test('what a manifest lacks is named', () => {
  const lacking = {
    license: '',
    description: '',
    version: '',
    engines: {},
    type: 'commonjs',
    private: true,
    repository: 'x',
  }
  assert.equal(faults(lacking).length, Object.keys(lacking).length, faults(lacking).join())
  const { files: _, ...everything } = sound
  assert.match(
    publishFaults({ manifest: everything, files: new Map(), read: () => undefined }).join(),
    /^files: everything/,
  )
  assert.match(faults({ bin: { box: './bin/gone.js' } }).join(), /gone.js would not be published/)
  assert.match(faults({}, { 'bin/box.js': '// no interpreter' }).join(), /does not say "node"/)
})
