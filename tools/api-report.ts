// Writes packages/<name>/api.txt, the public API of each package: npm run api, or with names of packages only theirs.
import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { Declarations } from './api/declarations.ts'
import { build, packageFolders } from './build.ts'

const root = join(import.meta.dirname, '..')

/** A package's public entries, as its package.json lists them: subpath to declaration file. */
export type Entries = Readonly<Record<string, string>>

/** The public API in text: what each entry exports, then what that mentions without exporting it. */
export function apiReport(name: string, entries: Entries, read: (file: string) => string): string {
  const declarations = new Declarations(read)
  const chapters = Object.entries(entries).map(([entry, file]) => {
    const exported = declarations.exportsOf(file).map((one) => ({ one, origin: declarations.originOf(file, one) }))
    const seen = new Set(exported.map(({ origin }) => JSON.stringify(origin)))
    const shown: string[] = []
    const hidden: string[] = []
    const mention = (from: string, within: string): void => {
      for (const one of declarations.mentions(from, within)) {
        const origin = declarations.resolve(from, one)
        const id = JSON.stringify(origin)
        if (origin?.kind !== 'declared' || seen.has(id)) continue
        seen.add(id)
        hidden.push(`not exported: ${declarations.textOf(origin.file, origin.name)}`)
        mention(origin.file, origin.name)
      }
    }
    for (const { one, origin } of exported) {
      const as = origin.name === one ? '' : ` as ${one}`
      if (origin.kind === 'foreign') shown.push(`export { ${origin.name}${as} } from '${origin.specifier}'`)
      else {
        shown.push(`${as === '' ? '' : `as ${one}: `}${declarations.textOf(origin.file, origin.name)}`)
        mention(origin.file, origin.name)
      }
    }
    return [`## ${entry === '.' ? name : posix.join(name, entry)}`, ...shown, ...hidden.toSorted()].join('\n\n')
  })
  return `# What ${name} shows to its users. Made by "npm run api"; a change here is a change for them.\n\n${chapters.join('\n\n')}\n`
}

/** The first line in which two reports differ, for people; `undefined` when they are the same. */
export function firstDifference(committed: string, made: string): string | undefined {
  const before = committed.split('\n')
  const after = made.split('\n')
  const at = after.findIndex((line, index) => line !== before[index])
  if (at < 0 && before.length === after.length) return undefined
  const index = at < 0 ? after.length : at
  return `line ${index + 1}: committed "${before[index] ?? ''}", the code gives "${after[index] ?? ''}"`
}

/** The report of a package as it is built now. */
export async function reportOf(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(root, 'packages', folder, 'package.json'), 'utf8')) as {
    name: string
    exports: Record<string, { types: string }>
  }
  const entries = Object.entries(manifest.exports).map(([entry, { types }]) => [entry, posix.normalize(types)])
  const read = (file: string): string => readFileSync(join(root, 'packages', folder, file), 'utf8')
  return apiReport(manifest.name, Object.fromEntries(entries) as Entries, read)
}

if (import.meta.main) {
  const named = process.argv.slice(2)
  const folders = named.length > 0 ? named : await packageFolders()
  await build(folders)
  for (const folder of folders) await writeFile(join(root, 'packages', folder, 'api.txt'), await reportOf(folder))
}
