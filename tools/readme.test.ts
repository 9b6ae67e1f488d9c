import assert from 'node:assert/strict'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { parseCatalogue, withTable } from './readme.ts'
import { run } from './run.ts'

const root = join(import.meta.dirname, '..')
const readText = (name: string): Promise<string> => readFile(join(root, name), 'utf8')

test('the pattern table of the README is the catalogue’s', async () => {
  const readme = await readText('README.md')
  const rows = parseCatalogue(await readText('docs/catalogue.md'))
  assert.equal(rows.length, 27)
  assert.equal(withTable(readme, rows), readme, 'run "npm run readme"')
})

test('a row that has changed makes the README out of date', async () => {
  const readme = await readText('README.md')
  const [first, ...others] = parseCatalogue(await readText('docs/catalogue.md'))
  assert.ok(first)
  assert.notEqual(withTable(readme, [{ ...first, state: 'Built' }, ...others]), readme)
})

test('every section of the catalogue has its row, in a state that exists', async () => {
  assert.throws(() => parseCatalogue('| 3.5.1.1 | a | b | c | Done | d |'), /state "Done"/)
  assert.throws(() => parseCatalogue('| 3.5.1.1 | a | b |'), /not six cells/)
})

test('the code on the README’s first screen compiles and does what its comments say', async (t) => {
  const [snippet] = codeBlocks(await readText('README.md'), 'ts')
  assert.ok(snippet)
  const folder = await scratch(t)
  const file = join(folder, 'snippet.ts')
  await writeFile(file, snippet)
  const config = { extends: '../../tools/tsconfig.json', include: ['snippet.ts'] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const compiled = await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { cwd: root })
  assert.equal(compiled.code, 0, compiled.output)
  const ran = await run(process.execPath, ['--conditions=ashlar:source', file], { cwd: root })
  assert.equal(ran.output, '42\nASHLAR_DEADLINE_EXCEEDED\n')
  assert.equal(ran.code, 0)
})

/** A folder below the root, so that the snippet finds the packages as a user's code would. */
async function scratch(t: TestContext): Promise<string> {
  const folder = join(root, '.ashlar', `snippet-${process.pid}`)
  await mkdir(folder, { recursive: true })
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

function codeBlocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    (match) => match[1] as string,
  )
}
