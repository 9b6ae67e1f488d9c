import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { publint } from 'publint'
import { build, packageFolders } from './build.ts'

const root = join(import.meta.dirname, '..')

before(async () => build(await packageFolders()))

async function faultsOf(pkgDir: string): Promise<string[]> {
  const { messages } = await publint({ pkgDir, strict: true })
  return messages.map(({ code, path }) => `${code} at ${path.join('.')}`)
}

test('publint has nothing to say about any package', async () => {
  for (const name of await packageFolders()) assert.deepEqual(await faultsOf(join(root, 'packages', name)), [], name)
})

test('an entry that leads nowhere is found', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-publint-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await cp(join(root, 'packages/kernel'), folder, { recursive: true })
  const manifest = await readFile(join(folder, 'package.json'), 'utf8')
  await writeFile(join(folder, 'package.json'), manifest.replace('"./dist/index.js"', '"./dist/main.js"'))
  assert.deepEqual(await faultsOf(folder), ['FILE_DOES_NOT_EXIST at exports...default'])
})
