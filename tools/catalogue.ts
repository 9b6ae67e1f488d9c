// Checks docs/catalogue.md; with a test run's output it also says which of the tests it names did not pass in that run.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { parseCatalogue, type CatalogueRow } from './readme.ts'
import { readRepository, type Repository } from './tidy/repository.ts'
import { walk, type Node } from './tidy/source.ts'

/** A section of the pattern catalogue, and the duties and samples it has. */
export interface Section {
  readonly section: string
  readonly title: string
  readonly parts: readonly string[]
}

/** Section to its parts that are built, each to the titles of the tests that show it: docs/catalogue-tests.json. */
export type Proofs = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

/** What a catalogue is judged by. */
export interface Evidence {
  /** Of the pattern catalogue, in order: tools/catalogue-sections.json. */
  readonly sections: readonly Section[]
  readonly proofs: Proofs
  readonly titles: readonly TestTitle[]
  /** Whether a path from the root is there. */
  readonly exists: (path: string) => boolean
}

/** A title as it stands in a test file: text, with a gap where it is put together while running. */
export type TestTitle = readonly string[]

const root = join(import.meta.dirname, '..')

/** What the catalogue claims and cannot show. */
export function catalogueFaults(rows: readonly CatalogueRow[], evidence: Evidence): string[] {
  const { sections, proofs } = evidence
  const faults: string[] = []
  const listed = rows.map(({ section }) => section)
  for (const { section } of sections) if (!listed.includes(section)) faults.push(`${section}: it has no row`)
  for (const section of Object.keys(proofs)) if (!listed.includes(section)) faults.push(`${section}: tests, and no row`)
  for (const [index, row] of rows.entries()) {
    const section = sections.find((one) => one.section === row.section)
    if (section === undefined) faults.push(`${row.section}: the pattern catalogue has no such section`)
    else if (listed.indexOf(row.section) !== index) faults.push(`${row.section}: it has two rows`)
    else faults.push(...rowFaults(row, section, evidence).map((fault) => `${row.section}: ${fault}`))
  }
  return faults
}

function rowFaults(row: CatalogueRow, { parts }: Section, { proofs, titles, exists }: Evidence): string[] {
  const links = linksIn(`${row.package} ${row.where}`).map((link) => posix.join('docs', link))
  const linksCode = links.some((link) => /^(packages|apps)\//.test(link))
  const shown = Object.entries(proofs[row.section] ?? {})
  const faults = links.filter((link) => !exists(link)).map((link) => `${link} does not exist`)
  if (row.state === 'Planned') {
    if (linksCode) faults.push('planned, and links code')
    if (shown.length > 0) faults.push('planned, and names tests')
    return faults
  }
  if (!linksCode) faults.push('it links no code')
  if (shown.length === 0) faults.push('no test shows it')
  const missing = parts.filter((part) => !shown.some(([one]) => one === part))
  if (row.state === 'Built' && missing.length > 0) faults.push(`built, and no test shows: ${missing.join(', ')}`)
  for (const [part, tests] of shown) {
    if (!parts.includes(part)) faults.push(`it has no part "${part}"`)
    if (tests.length === 0) faults.push(`no test shows "${part}"`)
    for (const test of tests) if (!titles.some((title) => fits(title, test))) faults.push(`no test is called "${test}"`)
  }
  return faults
}

/** Links of a page that lead to files that are not there. */
export function brokenLinks(path: string, markdown: string, exists: (path: string) => boolean): string[] {
  const text = markdown.replace(/^```.*?^```/gms, '')
  return linksIn(text).filter((link) => !exists(posix.join(posix.dirname(path), link)))
}

/** The files that a text links to, as they are written, without places inside them. */
function linksIn(markdown: string): string[] {
  const targets = [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => (target as string).replace(/#.*$/, ''))
  return targets.filter((target) => target !== '' && !/^[a-z]+:/.test(target))
}

/** The titles of all tests and suites in the repository that are run. */
export function testTitles(repository: Repository): TestTitle[] {
  const titles: TestTitle[] = []
  for (const { program } of repository.sources.values()) {
    walk(program, (node) => {
      if (node.type !== 'CallExpression') return
      const callee = node['callee'] as Node & { name?: string }
      if (callee.type !== 'Identifier' || !/^(test|it|suite|describe)$/.test(callee.name as string)) return
      const [title] = node['arguments'] as (Node & { value?: unknown; quasis?: { value: { cooked: string } }[] })[]
      if (typeof title?.value === 'string') titles.push([title.value])
      else if (title?.quasis !== undefined) titles.push(title.quasis.map(({ value }) => value.cooked))
    })
  }
  return titles
}

function fits(title: TestTitle, name: string): boolean {
  const pattern = title.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('.+')
  return new RegExp(`^${pattern}$`).test(name)
}

/** The tests among `proofs` that a run's output does not report as passed, in any reporter that prints a line a test. */
export function notPassed(proofs: Proofs, output: string): string[] {
  const passed = new Set<string>()
  for (const line of output.split('\n')) {
    const [, title] = /^\s*(?:✔|ok \d+ -) (.*?)(?: \(\d[\d.]*ms\))?(?: # time.*)?\s*$/.exec(line) ?? []
    if (title !== undefined) passed.add(title)
  }
  return testsIn(proofs).filter((test) => !passed.has(test))
}

function testsIn(proofs: Proofs): string[] {
  return [...new Set(Object.values(proofs).flatMap((parts) => Object.values(parts).flat()))]
}

/** The repository's catalogue, and what it is judged by. */
export async function readCatalogue(): Promise<{ rows: CatalogueRow[]; evidence: Evidence; repository: Repository }> {
  const repository = await readRepository(root)
  const data = async (path: string): Promise<unknown> => JSON.parse(await readFile(join(root, path), 'utf8'))
  const evidence = {
    sections: (await data('tools/catalogue-sections.json')) as Section[],
    proofs: (await data('docs/catalogue-tests.json')) as Proofs,
    titles: testTitles(repository),
    exists: (path: string) => existsSync(join(root, path)),
  }
  return { rows: parseCatalogue(repository.texts.get('docs/catalogue.md') ?? ''), evidence, repository }
}

if (import.meta.main) {
  const { rows, evidence } = await readCatalogue()
  const [log] = process.argv.slice(2)
  const faults = catalogueFaults(rows, evidence)
  if (log !== undefined) {
    const missing = notPassed(evidence.proofs, await readFile(log, 'utf8'))
    faults.push(...missing.map((test) => `not passed in ${log}: "${test}"`))
  }
  for (const fault of faults) console.error(`docs/catalogue.md: ${fault}`)
  if (faults.length > 0) process.exitCode = 1
  for (const { section, parts } of evidence.sections) {
    const shown = Object.keys(evidence.proofs[section] ?? {})
    const missing = parts.filter((part) => !shown.includes(part))
    console.log(
      `${section}: ${shown.length} of ${parts.length} shown${missing.length > 0 ? `; not ${missing.join(', ')}` : ''}`,
    )
  }
}
