import assert from 'node:assert/strict'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { run } from './run.ts'
import { allSnippets, snippetsOf, type Snippet } from './snippets.ts'

const root = join(import.meta.dirname, '..')

test('the code in all documents compiles, and prints what they say', async (t) => {
  const snippets = await allSnippets(root)
  assert.ok(snippets.length >= 8, 'every package shows some code')
  assert.deepEqual(await faultsOf(snippets, t), [])
})

test('a document whose code does not compile is found', async (t) => {
  const snippets = snippetsOf('guide.md', "# Guide\n\n```ts\nimport { listen } from '@ashlar/http'\nlisten(42)\n```\n")
  const [fault, ...more] = await faultsOf(snippets, t)
  assert.match(fault ?? '', /guide\.md\.4\.ts\(2,\d+\): error TS/)
  assert.equal(more.length, 0)
})

test('a document that promises another output is found', async (t) => {
  const snippets = snippetsOf('guide.md', '```ts\nconsole.log(6 * 7)\n```\n\n```text\n41\n```\n')
  assert.deepEqual(await faultsOf(snippets, t), ['guide.md:2 printed "42\\n", not "41\\n"'])
})

test('a document that keeps to itself what its code prints is refused', () => {
  assert.throws(
    () => snippetsOf('guide.md', 'text\n```ts\nconsole.log(1)\n```\n'),
    /^Error: guide\.md:3: show what it prints/,
  )
})

async function faultsOf(snippets: readonly Snippet[], t: TestContext): Promise<string[]> {
  // Below the root, so that the code finds the packages as a user's would.
  const folder = join(root, '.ashlar', `snippets-${process.pid}-${snippets.length}`)
  await mkdir(folder, { recursive: true })
  t.after(() => rm(folder, { recursive: true, force: true }))
  const nameOf = ({ document, line }: Snippet): string => `${document.replaceAll('/', '-')}.${line}.ts`
  // An example may make something and leave it to the reader what to do with it.
  const compilerOptions = { noUnusedLocals: false }
  const options = { extends: '../../tools/tsconfig.json', compilerOptions, include: ['*.ts'] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(options))
  await Promise.all(snippets.map((snippet) => writeFile(join(folder, nameOf(snippet)), snippet.code)))
  const compiled = await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'], { cwd: root })
  if (compiled.code !== 0) return compiled.output.trim().split('\n')
  const faults: string[] = []
  for (const snippet of snippets) {
    if (snippet.output === undefined) continue
    const file = join(folder, nameOf(snippet))
    const { output } = await run(process.execPath, ['--conditions=ashlar:source', file], { cwd: root })
    if (output === snippet.output) continue
    const where = `${snippet.document}:${snippet.line}`
    faults.push(`${where} printed ${JSON.stringify(output)}, not ${JSON.stringify(snippet.output)}`)
  }
  return faults
}
