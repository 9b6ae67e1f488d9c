// What npm would publish of each package, judged: node tools/publishable.ts, after "npm run build".
import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { build, packageFolders } from './build.ts'
import { run } from './run.ts'
import { parseSource, walk, type Node } from './tidy/source.ts'

/** A target of `exports`: a path, or targets by condition. */
export type Target = string | { readonly [condition: string]: Target }

/** A package.json, as far as it matters here. */
export interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly description?: string
  readonly private?: boolean
  readonly license?: string
  readonly type?: string
  readonly files?: readonly string[]
  readonly engines?: { readonly node?: string }
  readonly repository?: unknown
  readonly bin?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, Target>>
  /** Names with a # that the package has for files of its own. */
  readonly imports?: Readonly<Record<string, Target>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** A package as npm would pack it. */
export interface Packed {
  readonly manifest: Manifest
  /** Path to file mode, of everything that would be in the archive. */
  readonly files: ReadonlyMap<string, number>
  /** The text of a file of the package's folder; `undefined` when there is none. */
  readonly read: (path: string) => string | undefined
}

/** What users of the published package would trip over. */
export function publishFaults({ manifest, files, read }: Packed): string[] {
  const faults: string[] = []
  const { bin = {}, exports = {}, imports = {}, engines, license, type } = manifest
  if (manifest.private === true) faults.push('private: it cannot be published')
  if (!license) faults.push('license: there is none')
  if (!manifest.description) faults.push('description: there is none')
  if (!manifest.version) faults.push('version: there is none')
  if (!engines?.node) faults.push('engines.node: there is none')
  if (type !== 'module') faults.push('type: it is not "module"')
  if (manifest.files === undefined) faults.push('files: everything would be published')
  if (manifest.repository !== undefined) faults.push('repository: there is one')
  if (Object.keys({ ...exports, ...bin }).length === 0) faults.push('exports: there are none')
  for (const path of files.keys()) {
    if (/\.(test|e2e|prop|sim)\.|(^|\/)test\//.test(path)) faults.push(`${path}: a test would be published`)
    else if (/^src\/|(?<!\.d)\.tsx?$|\.tsbuildinfo$/.test(path)) faults.push(`${path}: a source would be published`)
  }
  for (const [entry, target] of Object.entries(exports)) {
    faults.push(...typesFaults(entry, target), ...targetFaults(entry, target, files, read))
  }
  for (const [name, target] of Object.entries(imports)) faults.push(...targetFaults(name, target, files, read))
  for (const path of Object.values(bin).map((one) => posix.normalize(one))) {
    if (!files.has(path)) faults.push(`bin: ${path} would not be published`)
    else if (((files.get(path) as number) & 0o111) === 0) faults.push(`bin: ${path} is not executable`)
    else if (read(path)?.startsWith('#!/usr/bin/env node\n') !== true) faults.push(`bin: ${path} does not say "node"`)
  }
  return [...faults, ...importFaults(manifest, files, read)]
}

/** At every level where users choose, declarations come before code. */
function typesFaults(entry: string, target: Target): string[] {
  if (typeof target === 'string') return []
  const conditions = Object.keys(target)
  const types = conditions.indexOf('types')
  const inner = Object.values(target).flatMap((one) => typesFaults(entry, one))
  if (types >= 0 && types < conditions.indexOf('default')) return inner
  return [`"${entry}": "types" has to stand before "default"`, ...inner]
}

function targetFaults(entry: string, target: Target, files: Packed['files'], read: Packed['read']): string[] {
  if (typeof target === 'string') {
    return files.has(posix.normalize(target)) ? [] : [`"${entry}": ${target} would not be published`]
  }
  const faults: string[] = []
  const conditions = Object.keys(target)
  if (conditions.indexOf('default') !== conditions.length - 1) {
    faults.push(`"${entry}": "default" has to stand last, or what follows is never reached`)
  }
  for (const [condition, to] of Object.entries(target)) {
    if (condition === 'ashlar:source') {
      const path = typeof to === 'string' ? posix.normalize(to) : ''
      if (!path.startsWith('src/') || read(path) === undefined) {
        faults.push(`"${entry}": "ashlar:source" is not a file below src`)
      }
    } else if (condition === 'types' && !(typeof to === 'string' && to.endsWith('.d.ts'))) {
      faults.push(`"${entry}": "types" is not a declaration file`)
    } else faults.push(...targetFaults(entry, to, files, read))
  }
  return faults
}

/** Imports, in what would be published, of what its users would not have. */
function importFaults(manifest: Manifest, files: Packed['files'], read: Packed['read']): string[] {
  const { dependencies, peerDependencies, optionalDependencies } = manifest
  const known = { ...dependencies, ...peerDependencies, ...optionalDependencies, ...manifest.imports }
  const faults: string[] = []
  for (const path of files.keys()) {
    if (!path.endsWith('.js')) continue
    const { imports, program } = parseSource(path, read(path) ?? '')
    for (const asked of filesBeside(program).map((one) => posix.join(posix.dirname(path), one))) {
      const there = asked.endsWith('/') ? [...files.keys()].some((file) => file.startsWith(asked)) : files.has(asked)
      if (!there) faults.push(`${path}: reads ${asked}, which would not be published`)
    }
    for (const { specifier } of imports) {
      if (specifier.startsWith('node:')) continue
      if (specifier.startsWith('.')) {
        const target = posix.join(posix.dirname(path), specifier)
        if (!files.has(target)) faults.push(`${path}: imports ${target}, which would not be published`)
        continue
      }
      const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] as string
      if (!(name in known) && name !== manifest.name) faults.push(`${path}: imports ${name}, which is not a dependency`)
    }
  }
  return faults
}

/** The paths in `new URL('...', import.meta.url)`: what a module reads that is no module, such as migrations. */
function filesBeside(program: Node): string[] {
  const paths: string[] = []
  walk(program, (node) => {
    if (node.type !== 'NewExpression' || (node['callee'] as { name?: string }).name !== 'URL') return
    const [path, base] = node['arguments'] as [{ value?: unknown }?, Node?]
    const fromHere = (base?.['object'] as Node | undefined)?.type === 'MetaProperty'
    if (fromHere && typeof path?.value === 'string') paths.push(path.value)
  })
  return paths
}

/** Every package as npm would pack it now. Asks npm, which knows what it would take, and no registry. */
export async function packAll(): Promise<Map<string, Packed>> {
  const root = join(import.meta.dirname, '..')
  const folders = await packageFolders()
  await build(folders)
  const which = folders.flatMap((folder) => ['--workspace', `packages/${folder}`])
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline', '--loglevel=error', ...which]
  const { code, output } = await run('npm', args, { cwd: root })
  if (code !== 0) throw new Error(`npm pack failed:\n${output}`)
  // Warnings that Node prints on the way come before the list.
  const json = output.slice(Math.max(output.search(/^\[/m), 0), output.lastIndexOf(']') + 1)
  const list = JSON.parse(json) as readonly { name: string; files: readonly { path: string; mode: number }[] }[]
  const packed = new Map<string, Packed>()
  for (const folder of folders) {
    const read = (path: string): string | undefined => {
      const file = join(root, 'packages', folder, path)
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined
    }
    const manifest = JSON.parse(read('package.json') ?? '{}') as Manifest
    const files = list.find(({ name }) => name === manifest.name)?.files ?? []
    packed.set(folder, { manifest, files: new Map(files.map(({ path, mode }) => [path, mode])), read })
  }
  return packed
}

if (import.meta.main) {
  for (const [folder, packed] of await packAll()) {
    for (const fault of publishFaults(packed)) {
      console.error(`packages/${folder}: ${fault}`)
      process.exitCode = 1
    }
  }
}
