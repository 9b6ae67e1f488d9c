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
  const folder = await scratch(t, 'readme')
  const file = join(folder, 'snippet.ts')
  await writeFile(file, snippet)
  await compile(folder)
  const ran = await run(process.execPath, ['--conditions=ashlar:source', file], { cwd: root })
  assert.equal(ran.output, '42\nASHLAR_DEADLINE_EXCEEDED\n')
  assert.equal(ran.code, 0)
})

test('the code in the packages’ READMEs compiles, and what is a program runs', async (t) => {
  const names = ['kernel', 'testing', 'http', 'sql', 'rpc', 'service', 'host']
  const folder = await scratch(t, 'packages')
  for (const name of names) {
    const [snippet, ...more] = codeBlocks(await readText(`packages/${name}/README.md`), 'ts')
    assert.ok(snippet !== undefined && more.length === 0, `${name} shows one piece of code`)
    await writeFile(join(folder, `${name}.ts`), snippet)
  }
  await compile(folder)
  const printed = {
    kernel: '504 Deadline exceeded\n',
    http: '200 hello\n',
    sql: '0\nsold out\n',
    testing: '20 not linearizable\n',
  }
  for (const [name, output] of Object.entries(printed)) {
    const ran = await run(process.execPath, ['--conditions=ashlar:source', join(folder, `${name}.ts`)], { cwd: root })
    assert.equal(ran.output, output, name)
  }
})

async function compile(folder: string): Promise<void> {
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tools/tsconfig.json', include: ['*.ts'] }),
  )
  const compiled = await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { cwd: root })
  assert.equal(compiled.code, 0, compiled.output)
}

/** A folder below the root, so that the snippet finds the packages as a user's code would. */
async function scratch(t: TestContext, name: string): Promise<string> {
  const folder = join(root, '.ashlar', `${name}-${process.pid}`)
  await mkdir(folder, { recursive: true })
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

function codeBlocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    (match) => match[1] as string,
  )
}
