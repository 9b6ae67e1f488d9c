import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseCatalogue, withTable } from './readme.ts'

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
