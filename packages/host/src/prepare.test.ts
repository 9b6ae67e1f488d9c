import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { PrepareFailedError } from './errors.ts'
import { fixtureProject } from './fixture-project.test.support.ts'
import { fingerprintOf, prepare } from './prepare.ts'
import type { PrepareSpec } from './topology.ts'

const web: PrepareSpec = { inputs: ['web'], output: 'web/dist', command: ['node', 'build.mjs', 'quick'] }

const build = `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
mkdirSync('web/dist', { recursive: true })
writeFileSync('web/dist/index.html', 'built')
appendFileSync('runs', 'x')
`

function project(t: TestContext, tool = build): { root: string; run: () => Promise<boolean>; runs: () => number } {
  const root = fixtureProject(t, { 'build.mjs': tool, 'web/a.css': 'a {}', 'web/pages/b.html': '<b>', runs: '' })
  const options = { root, cacheDirectory: join(root, '.ashlar/cache'), env: {} }
  return {
    root,
    run: async () => (await prepare('web', web, options)) !== undefined,
    runs: () => readFileSync(join(root, 'runs'), 'utf8').length,
  }
}

test('the output is made once, and again when an input has changed', async (t) => {
  const { root, run, runs } = project(t)
  assert.equal(await run(), true)
  assert.equal(await run(), false)
  appendFileSync(join(root, 'web/pages/b.html'), '!')
  assert.equal(await run(), true)
  assert.equal(await run(), false)
  assert.equal(runs(), 2)
})

test('an output that is gone is made again', async (t) => {
  const { root, run } = project(t)
  await run()
  rmSync(join(root, 'web/dist'), { recursive: true })
  assert.equal(await run(), true)
})

test('the output itself and installed packages are no inputs; new, renamed and other files are', (t) => {
  const { root } = project(t)
  const before = fingerprintOf(web, root)
  for (const directory of ['web/dist', 'web/node_modules']) {
    mkdirSync(join(root, directory))
    writeFileSync(join(root, directory, 'x'), 'x')
  }
  assert.equal(fingerprintOf(web, root), before)
  writeFileSync(join(root, 'web/empty'), '')
  assert.notEqual(fingerprintOf(web, root), before)
  assert.notEqual(fingerprintOf({ ...web, command: ['node', 'build.mjs', 'slow'] }, root), before)
})

test('the version of an installed tool counts', (t) => {
  const { root } = project(t)
  const spec = { ...web, command: ['node_modules/tool/cli.js'] }
  const install = (version: string): void => {
    mkdirSync(join(root, 'node_modules/tool'), { recursive: true })
    writeFileSync(join(root, 'node_modules/tool/cli.js'), '')
    writeFileSync(join(root, 'node_modules/tool/package.json'), JSON.stringify({ name: 'tool', version }))
  }
  install('1.0.0')
  const before = fingerprintOf(spec, root)
  install('1.0.1')
  assert.notEqual(fingerprintOf(spec, root), before)
})

test('a tool that fails is shown with what it printed, and is run again the next time', async (t) => {
  const { root, run } = project(t)
  await run()
  const css = join(root, 'web/a.css')
  const good = readFileSync(css)
  writeFileSync(join(root, 'build.mjs'), 'console.error("a.css:1 unknown word"); process.exit(3)')
  writeFileSync(css, 'broken')
  await assert.rejects(run(), (error) => {
    assert.ok(error instanceof PrepareFailedError)
    assert.equal(error.message, 'preparing web failed (node build.mjs quick: exited with code 3)\na.css:1 unknown word')
    return true
  })
  // The failed run may have left half an output: the old note must not vouch for it.
  writeFileSync(css, good)
  writeFileSync(join(root, 'build.mjs'), build)
  assert.equal(await run(), true)
})

test('a tool that is not there, or makes nothing, is an error that says so', async (t) => {
  const { root, run } = project(t, '')
  await assert.rejects(run(), { message: /it did not make web\/dist/ })
  const missing = prepare('web', { ...web, command: ['./no-tool'] }, { root, cacheDirectory: root, env: {} })
  await assert.rejects(missing, { message: /no-tool.*ENOENT/ })
})

test('an abort kills the tool', async (t) => {
  const { root } = project(t, 'setInterval(() => {}, 1000)')
  const controller = new AbortController()
  const running = prepare('web', web, { root, cacheDirectory: root, env: {}, signal: controller.signal })
  controller.abort(new Error('enough'))
  await assert.rejects(running, { message: 'enough' })
})
