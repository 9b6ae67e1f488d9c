import { posix } from 'node:path'
import { isTestOnly, packageRequest, type Finding, type Repository } from './repository.ts'
import { lineOf, type Import } from './source.ts'

/** A package imports from lower floors only, never sideways. */
const floors: Readonly<Record<string, number>> = {
  kernel: 0,
  interleave: 0,
  resilience: 1,
  http: 1,
  testing: 1,
  sql: 2,
  redis: 2,
  concurrency: 2,
  telemetry: 2,
  eventsourcing: 3,
  messaging: 3,
  cache: 3,
  discovery: 3,
  saga: 4,
  rpc: 4,
  gateway: 5,
  service: 5,
  doctor: 5,
  host: 6,
}

/** Who may import what: floors, public entries, the insides of packages, apps and services, code that is for tests. */
export function checkBoundaries(repository: Repository): Finding[] {
  const findings: Finding[] = []
  for (const source of repository.sources.values()) {
    for (const one of source.imports) {
      const message = judge(repository, source.path, one)
      if (message !== undefined) {
        findings.push({
          path: source.path,
          line: lineOf(source.text, one.start),
          message: `${one.specifier}: ${message}`,
        })
      }
    }
  }
  for (const { name, folder, dependencies } of repository.packages.values()) {
    const line = (dependency: string): number => {
      const path = `${folder}/package.json`
      const text = repository.texts.get(path) as string
      return lineOf(text, text.lastIndexOf(`"${dependency}"`))
    }
    for (const dependency of dependencies) {
      const message = dependency === name ? undefined : judgeFloor(folder, dependency)
      if (message !== undefined) {
        findings.push({ path: `${folder}/package.json`, line: line(dependency), message: `${dependency}: ${message}` })
      }
    }
  }
  return findings
}

function judge(repository: Repository, path: string, { specifier, typeOnly }: Import): string | undefined {
  const production = /^(packages|apps)\//.test(path) && !isTestOnly(path) && path.includes('.ts')
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier)
    const inside = judgeInside(path, target)
    if (inside !== undefined) return inside
    return production && isTestOnly(target) ? 'production code imports what is for tests' : undefined
  }
  if (production && (specifier === 'node:test' || specifier === 'fast-check'))
    return 'production code imports a test tool'
  const request = packageRequest(specifier)
  if (request === undefined) return undefined
  const asked = repository.packages.get(request.name)
  if (asked === undefined) return 'no such package'
  const file = asked.entries.get(request.entry)
  if (file === undefined) return `not a public entry of ${request.name}`
  const own = path.startsWith(`${asked.folder}/`)
  if (!own && path.startsWith('packages/')) {
    const floor = judgeFloor(path.split('/').slice(0, 2).join('/'), request.name)
    if (floor !== undefined) return floor
  }
  const forTests = isTestOnly(file) || isTestOnly(`${asked.folder}/`)
  return production && forTests && !own && !typeOnly ? 'production code imports what is for tests' : undefined
}

function judgeFloor(folder: string, dependency: string): string | undefined {
  const request = packageRequest(dependency)
  if (request === undefined) return undefined
  const name = posix.basename(folder)
  const from = floors[name]
  const to = floors[request.name.slice('@ashlar/'.length)]
  if (from === undefined) return `${name} has no floor`
  if (to === undefined) return `${request.name} has no floor`
  return to < from ? undefined : `floor ${from} may not import floor ${to}`
}

/** Judges a path that leaves a package, an app, or a part of one. */
function judgeInside(path: string, target: string): string | undefined {
  const [kind, name] = path.split('/')
  const within = (folder: string): boolean => target.startsWith(`${folder}/`)
  if (kind === 'packages') return within(`packages/${name}`) ? undefined : 'leaves its package'
  if (within('packages')) return 'reaches into a package; import its public entry'
  if (kind !== 'apps') return undefined
  if (within('apps') && !within(`apps/${name}`)) return 'reaches into another app'
  if (isTestOnly(path)) return undefined
  if (!within(`apps/${name}`)) return 'leaves its app'
  const part = partOf(path)
  if (part === undefined) return undefined
  const common = part.endsWith('/storefront') ? [] : [`apps/${name}/services/shared`, `apps/${name}/contracts`]
  return [part, ...common].some(within) ? undefined : `reaches into another part of the app than ${part}`
}

/** A part of an app that runs as a program of its own: others are met over their contract. */
function partOf(path: string): string | undefined {
  return /^apps\/[^/]+\/(services\/[^/]+|gateway|storefront)(?=\/)/.exec(path)?.[0]
}
