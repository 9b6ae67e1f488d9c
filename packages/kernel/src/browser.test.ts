import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const folder = join(import.meta.dirname, '..')

test('what a browser loads imports nothing of Node', async () => {
  const { imports } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    imports: { '#platform': { browser: { 'ashlar:source': string } } }
  }
  const platform = join(folder, imports['#platform'].browser['ashlar:source'])
  const loaded = new Set<string>()
  const load = async (file: string): Promise<void> => {
    if (loaded.has(file)) return
    loaded.add(file)
    const source = await readFile(file, 'utf8')
    for (const [, specifier] of source.matchAll(/\b(?:from|import\()\s*'([^']+)'/g)) {
      const name = specifier as string
      assert.match(name, /^(\.{1,2}\/|#platform$)/, `${file} imports ${name}`)
      await load(name === '#platform' ? platform : join(file, '..', name))
    }
  }
  await load(join(folder, 'src/index.ts'))
  assert.ok(loaded.has(join(folder, 'src/platform.browser.ts')))
  assert.ok(!loaded.has(join(folder, 'src/platform.ts')))
})

test('without Node’s modules and globals, calls, channels, ids and timers work; the current call ends at an await', async () => {
  const conditions = ['--conditions=browser', '--conditions=ashlar:source']
  const program = fileURLToPath(new URL('./browser.test.support.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [...conditions, program])
  assert.deepEqual(JSON.parse(stdout), {
    deadline: 'ASHLAR_DEADLINE_EXCEEDED',
    beforeAwait: true,
    afterAwait: 'none',
    passedOn: 'outer',
    left: 'none',
    seen: ['mug'],
    hasSubscribers: false,
    id: true,
    trace: true,
    token: 43,
    immediate: 'ran',
    wheel: 'fired',
  })
})
