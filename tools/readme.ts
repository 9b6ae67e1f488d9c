// Writes the pattern table of the README from docs/catalogue.md; with --check says whether it is current.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const begin = '<!-- patterns: made from docs/catalogue.md by "npm run readme" -->'
const end = '<!-- /patterns -->'

/** A row of the catalogue's table. */
export interface CatalogueRow {
  readonly section: string
  readonly problem: string
  readonly pattern: string
  readonly package: string
  readonly state: 'Built' | 'Started' | 'Planned'
  readonly where: string
}

/** @throws when a row has not six cells or a state that is not one of the three. */
export function parseCatalogue(markdown: string): CatalogueRow[] {
  const lines = markdown.split('\n').filter((line) => line.startsWith('| 3.'))
  return lines.map((line) => {
    const [section, problem, pattern, name, state, where, ...rest] = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim())
    if (where === undefined || rest.length > 0) throw new Error(`docs/catalogue.md: not six cells: ${line}`)
    if (state !== 'Built' && state !== 'Started' && state !== 'Planned') {
      throw new Error(`docs/catalogue.md: ${section}: state "${state}" is not Built, Started or Planned`)
    }
    return {
      section: section as string,
      problem: problem as string,
      pattern: pattern as string,
      package: name as string,
      state,
      where,
    }
  })
}

/** The README with its table made anew. @throws when the markers are not there. */
export function withTable(readme: string, rows: readonly CatalogueRow[]): string {
  const from = readme.indexOf(begin)
  const to = readme.indexOf(end)
  if (from < 0 || to < from) throw new Error('README.md: the markers of the pattern table are missing')
  const table = [
    '| Problem | Pattern | Package | State |',
    '|---|---|---|---|',
    ...rows.map(
      (row) => `| ${row.problem} | ${row.pattern} | ${row.package.replace('../', '')} | ${row.state.toLowerCase()} |`,
    ),
  ].join('\n')
  return `${readme.slice(0, from)}${begin}\n\n${table}\n\n${readme.slice(to)}`
}

if (import.meta.main) {
  const path = join(root, 'README.md')
  const readme = await readFile(path, 'utf8')
  const made = withTable(readme, parseCatalogue(await readFile(join(root, 'docs/catalogue.md'), 'utf8')))
  if (!process.argv.includes('--check')) await writeFile(path, made)
  else if (made !== readme) throw new Error('README.md: the pattern table is out of date; run "npm run readme"')
}
