import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  brokenLinks,
  catalogueFaults,
  notPassed,
  readCatalogue,
  testTitles,
  type Evidence,
  type Proofs,
} from './catalogue.ts'
import type { CatalogueRow } from './readme.ts'
import { repositoryOf } from './tidy/repository.ts'

test('docs/catalogue.md has every section, and what it calls built or started is linked and shown by tests', async () => {
  const { rows, evidence } = await readCatalogue()
  assert.equal(evidence.sections.length, 27)
  assert.ok(evidence.titles.length > 500, 'the tests were read')
  assert.deepEqual(catalogueFaults(rows, evidence), [])
})

test('no page links to a file that is not there', async () => {
  const { repository, evidence } = await readCatalogue()
  const pages = [...repository.texts].filter(([path]) => path.endsWith('.md'))
  assert.ok(pages.length > 10, 'pages were read')
  const broken = pages.flatMap(([path, text]) =>
    brokenLinks(path, text, evidence.exists).map((link) => `${path}: ${link}`),
  )
  assert.deepEqual(broken, [])
})

const row: CatalogueRow = {
  section: '3.1',
  problem: 'a problem',
  pattern: 'a pattern',
  package: '[`box`](../packages/box)',
  state: 'Started',
  where: '[box.ts](../packages/box/src/box.ts#lid)',
}
const planned: CatalogueRow = { ...row, section: '3.2', package: '`lid`', state: 'Planned', where: '' }

/** What is said about two rows, one started and one planned, after a change. */
function faults(rows: readonly CatalogueRow[], proofs: Proofs = { '3.1': { opens: ['a box opens'] } }): string {
  const evidence: Evidence = {
    sections: [
      { section: '3.1', title: 'boxes', parts: ['opens', 'shuts'] },
      { section: '3.2', title: 'lids', parts: ['fits'] },
    ],
    proofs,
    titles: [['a box opens'], ['', ': a box shuts'], ['10 % (all) of it']],
    exists: (path) => path.startsWith('packages/box'),
  }
  return catalogueFaults(rows, evidence).join('\n')
}

const complete = { '3.1': { opens: ['a box opens', '10 % (all) of it'], shuts: ['memory: a box shuts'] } }

suite('the catalogue is judged by what it can show', () => {
  test('rows that link and show what they claim are in order', () => {
    assert.equal(faults([row, planned]), '')
    assert.equal(faults([{ ...row, state: 'Built' }, planned], complete), '')
  })

  test('a section without a row, a row without a section, and a second row are named', () => {
    assert.equal(faults([row]), '3.2: it has no row')
    assert.equal(
      faults([row, planned, { ...planned, section: '3.9' }]),
      '3.9: the pattern catalogue has no such section',
    )
    assert.equal(faults([row, planned, planned]), '3.2: it has two rows')
  })

  test('a claim without code, with a link that leads nowhere, or without a test that exists, is named', () => {
    assert.equal(faults([{ ...row, package: '`box`', where: 'somewhere' }, planned]), '3.1: it links no code')
    const nowhere = { ...row, where: '[gone](../packages/gone)' }
    assert.equal(faults([nowhere, planned]), '3.1: packages/gone does not exist')
    assert.equal(faults([row, planned], {}), '3.1: no test shows it')
    assert.equal(faults([row, planned], { '3.1': { opens: [] } }), '3.1: no test shows "opens"')
    assert.equal(faults([row, planned], { '3.1': { burns: ['a box opens'] } }), '3.1: it has no part "burns"')
    for (const title of ['a box closes', 'a box opens twice', ': a box shuts']) {
      assert.equal(faults([row, planned], { '3.1': { opens: [title] } }), `3.1: no test is called "${title}"`)
    }
  })

  test('what is built shows every part', () => {
    assert.equal(faults([{ ...row, state: 'Built' }, planned]), '3.1: built, and no test shows: shuts')
  })

  test('what is planned links no code and names no tests', () => {
    assert.equal(faults([row, { ...planned, where: '[box](../packages/box)' }]), '3.2: planned, and links code')
    const proofs = { '3.1': { opens: ['a box opens'] }, '3.2': { fits: ['a box opens'] } }
    assert.equal(faults([row, planned], proofs), '3.2: planned, and names tests')
    assert.equal(faults([row, planned], { '3.1': proofs['3.1'], '3.7': {} }), '3.7: tests, and no row')
  })
})

test('titles are those of tests and suites that are run, put together or not', () => {
  const text = "test('one', f)\nsuite(`two ${n} of ${m}`, f)\ntest.skip('three', f)\nother('four')\n// test('five')"
  assert.deepEqual(testTitles(repositoryOf(new Map([['a.test.ts', text]]))), [['one'], ['two ', ' of ', '']])
})

test('a test that failed, was skipped or did not run has not passed', () => {
  const output = [
    '▶ a suite',
    '  ✔ one (1.5ms)',
    '  ✖ two (2ms)',
    '  ﹣ three (0.1ms) # SKIP no browser',
    'ok 4 - four',
    'not ok 5 - five',
    'ok 6 - six # SKIP',
    '✔ a suite (12.25ms)',
  ].join('\n')
  const titles = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'a suite']
  assert.deepEqual(notPassed({ '3.1': { part: titles } }, output), ['two', 'three', 'five', 'six', 'seven'])
})

test('links are judged from the page they stand on; other sites, places and code are not', () => {
  const page = '[a](b.md#c) [d](../e.md) [f](#g) [h](https://example.com/i) ![j](k.png)\n```md\n[l](m.md)\n```\n'
  const there = new Set(['docs/b.md', 'e.md'])
  assert.deepEqual(
    brokenLinks('docs/a.md', page, (path) => there.has(path)),
    ['k.png'],
  )
})
