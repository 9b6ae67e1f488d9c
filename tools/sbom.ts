// Writes a software bill of materials (CycloneDX 1.6): npm run sbom, to dist/sbom.cdx.json or the path that is given.
import { Buffer } from 'node:buffer'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { packageName, placeOf, readShipped, type Locked } from './licences.ts'

const root = join(import.meta.dirname, '..')

interface Subject {
  readonly name: string
  readonly version: string
}

/**
 * The bill as JSON: each package once, its hash, and what it depends on. The same lockfile gives the same bytes, so it
 * has no time and no serial number.
 */
export function sbom(subject: Subject, locked: Locked, places: readonly string[]): string {
  const references = new Map(places.map((place) => [place, purl(packageName(place), locked[place]?.version as string)]))
  const components = new Map<string, object>()
  const dependsOn = new Map<string, Set<string>>()
  for (const [place, reference] of references) {
    const { version, license = '', integrity, dependencies = {}, optionalDependencies = {} } = locked[place] ?? {}
    const [group, name] = /^(@[^/]+)\/(.*)$/.exec(packageName(place))?.slice(1) ?? [undefined, packageName(place)]
    components.set(reference, {
      type: 'library',
      'bom-ref': reference,
      ...(group === undefined ? {} : { group }),
      name,
      version,
      ...(integrity === undefined ? {} : { hashes: [hash(integrity)] }),
      licenses: [/[ (]/.test(license) ? { expression: license } : { license: { id: license } }],
      purl: reference,
    })
    const needs = Object.keys({ ...dependencies, ...optionalDependencies })
    const found = needs.map((one) => references.get(placeOf(locked, place, one))).filter((one) => one !== undefined)
    dependsOn.set(reference, new Set([...(dependsOn.get(reference) ?? []), ...found]))
  }
  const self = purl(subject.name, subject.version)
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': self, ...subject, purl: self } },
    components: [...components.values()],
    dependencies: [
      { ref: self, dependsOn: [...components.keys()] },
      ...[...dependsOn].map(([ref, needs]) => ({ ref, dependsOn: [...needs].toSorted() })),
    ],
  }
  return `${JSON.stringify(bill, null, 2)}\n`
}

/** Source: the package URL specification, type npm. */
function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`
}

function hash(integrity: string): { alg: string; content: string } {
  const [, bits, digest] = /^sha(\d+)-(.*)$/.exec(integrity) ?? []
  return { alg: `SHA-${bits}`, content: Buffer.from(digest ?? '', 'base64').toString('hex') }
}

/** The bill of this repository. */
export async function currentSbom(): Promise<string> {
  const { name, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Subject
  const { locked, places } = await readShipped()
  return sbom({ name, version }, locked, places)
}

if (import.meta.main) {
  const path = process.argv[2] ?? join(root, 'dist/sbom.cdx.json')
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, await currentSbom())
}
