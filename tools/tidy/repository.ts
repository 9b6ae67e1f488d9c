import { readdir, readFile } from 'node:fs/promises'
import { join, posix, relative } from 'node:path'
import { parseSource, type SourceFile } from './source.ts'

/** What a package shows to others, by its package.json. */
interface PackageFolder {
  readonly name: string
  /** From the root, such as `packages/kernel`. */
  readonly folder: string
  /** Subpath to source, such as `./testing` to `packages/kernel/src/testing/index.ts`. */
  readonly entries: ReadonlyMap<string, string>
  /** Names with a # that it has for sources of its own; one may stand for several. */
  readonly own: ReadonlyMap<string, readonly string[]>
  /** Of all kinds. */
  readonly dependencies: readonly string[]
}

/** The repository's own text, by path from the root; generated and built files left out. */
export interface Repository {
  readonly texts: ReadonlyMap<string, string>
  readonly sources: ReadonlyMap<string, SourceFile>
  readonly packages: ReadonlyMap<string, PackageFolder>
}

/** Something that a rule forbids. */
export interface Finding {
  readonly path: string
  readonly line: number
  readonly message: string
}

const skipped = new Set(['node_modules', 'dist', 'gen'])
const textual = /\.(ts|tsx|js|mjs|css|html|sql|proto|md|json|ya?ml)$/
const code = /\.(ts|tsx|js|mjs)$/

export async function readRepository(root: string): Promise<Repository> {
  const texts = new Map<string, string>()
  const read = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true })
    await Promise.all(
      entries.map(async (entry) => {
        const path = join(folder, entry.name)
        // Names with a dot are somebody's settings or state.
        if (entry.isDirectory()) return skipped.has(entry.name) || entry.name.startsWith('.') ? undefined : read(path)
        if (!entry.isFile() || !textual.test(entry.name) || entry.name === 'package-lock.json') return
        texts.set(relative(root, path), await readFile(path, 'utf8'))
      }),
    )
  }
  await read(root)
  return repositoryOf(new Map([...texts].toSorted(([a], [b]) => (a < b ? -1 : 1))))
}

/** @throws when a source does not parse. */
export function repositoryOf(texts: ReadonlyMap<string, string>): Repository {
  const sources = new Map<string, SourceFile>()
  const packages = new Map<string, PackageFolder>()
  for (const [path, text] of texts) {
    if (code.test(path)) sources.set(path, parseSource(path, text))
    if (/^packages\/[^/]+\/package\.json$/.test(path)) {
      const found = packageFolder(posix.dirname(path), text)
      packages.set(found.name, found)
    }
  }
  return { texts, sources, packages }
}

function packageFolder(folder: string, text: string): PackageFolder {
  const manifest = JSON.parse(text) as Record<string, object | undefined> & { name: string }
  const sources = (target: object): string[] =>
    Object.entries(target).flatMap(([condition, to]: [string, unknown]) => {
      if (condition === 'ashlar:source') return [posix.join(folder, String(to))]
      return typeof to === 'object' && to !== null ? sources(to) : []
    })
  const entries = Object.entries(manifest['exports'] ?? {}) as [string, object][]
  const own = Object.entries(manifest['imports'] ?? {}) as [string, object][]
  const kinds = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']
  return {
    name: manifest.name,
    folder,
    entries: new Map(entries.map(([name, target]) => [name, sources(target)[0] ?? folder])),
    own: new Map(own.map(([name, target]) => [name, sources(target)])),
    dependencies: kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {})),
  }
}

/** What an `@ashlar/...` specifier asks for; `undefined` for all others. */
export function packageRequest(specifier: string): { name: string; entry: string } | undefined {
  const [, name, rest = ''] = /^(@ashlar\/[^/]+)(\/.*)?$/.exec(specifier) ?? []
  return name === undefined ? undefined : { name, entry: `.${rest}` }
}

/** The files that an import may stand for, as far as they are the repository's. */
export function resolveImport(repository: Repository, from: string, specifier: string): readonly string[] {
  if (specifier.startsWith('.')) return [posix.join(posix.dirname(from), specifier)]
  if (specifier.startsWith('#')) {
    const owner = [...repository.packages.values()].find(({ folder }) => from.startsWith(`${folder}/`))
    return owner?.own.get(specifier) ?? []
  }
  const request = packageRequest(specifier)
  const file = request && repository.packages.get(request.name)?.entries.get(request.entry)
  return file === undefined ? [] : [file]
}

const testOnlyName = /\.(test|e2e|prop|sim)\.|-contract\.ts$/
const testOnlyFolder = /(^|\/)(test|testing|contract|sim)\//

/** Code that runs in tests alone: tests, their support, contract suites, `testing` entries, simulations. */
export function isTestOnly(path: string): boolean {
  return testOnlyName.test(path) || testOnlyFolder.test(path)
}
