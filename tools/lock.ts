// Completes lockfiles: npm run lock, after every change of dependencies.
//
// npm leaves out optional packages for other platforms when it cannot reach them, or has node_modules of one platform
// before it; `npm ci` then refuses the lockfile, or leaves the other platforms without their binaries.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** An entry of a lockfile, as far as it matters here. */
export interface LockedPackage {
  readonly version?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>
}

export const lockfiles = [
  'package-lock.json',
  'tools/proto/package-lock.json',
  'tools/mutation/package-lock.json',
] as const

const systems = 'aix|android|darwin|freebsd|linux|linuxmusl|netbsd|openbsd|openharmony|sunos|win32|windows|cygwin'
const processors = 'arm|arm64|armhf|armv6|armv7|armv7l|ia32|loong64|mips64el|ppc64|ppc64le|riscv64|s390x|x64|universal'
const platform = new RegExp(`(?<system>${systems})-(?<processor>${processors})(-\\w+)?$`)
const nodeSystems: Readonly<Record<string, string>> = { windows: 'win32', linuxmusl: 'linux' }

/** The optional dependencies of locked packages that have no entry of their own, with an entry for each. */
export function missingEntries(lockfile: Lockfile): Map<string, LockedPackage> {
  const missing = new Map<string, LockedPackage>()
  for (const [path, { optionalDependencies = {}, dev = false }] of Object.entries(lockfile.packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const places = [join(path, 'node_modules', name), join('node_modules', name)]
      if (places.some((place) => place in lockfile.packages)) continue
      missing.set(join('node_modules', name), { version, ...(dev ? { dev } : {}), optional: true, ...platformOf(name) })
    }
  }
  return missing
}

/** The platform that a package is for, by its name. @throws when the name does not tell. */
function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu'> {
  if (name.endsWith('-wasm32-wasi')) return { cpu: ['wasm32'] }
  // One binary for both processors of the system.
  const groups = platform.exec(name.replace(/-(gnueabihf|musleabihf|gnu|musl|msvc|eabi)$/, ''))?.groups
  const { system, processor } = groups ?? {}
  if (system === undefined || processor === undefined) throw new Error(`lock: the platform of ${name} is not known`)
  const cpu = processor === 'universal' ? ['arm64', 'x64'] : [processor.replace(/^arm(hf|v.*)$/, 'arm')]
  return { os: [nodeSystems[system] ?? system], cpu }
}

if (import.meta.main) {
  for (const name of lockfiles) {
    const path = join(import.meta.dirname, '..', name)
    const lockfile = JSON.parse(await readFile(path, 'utf8')) as Lockfile
    const missing = missingEntries(lockfile)
    const packages = Object.fromEntries(
      Object.entries({ ...lockfile.packages, ...Object.fromEntries(missing) }).toSorted(([a], [b]) =>
        a.localeCompare(b, 'en'),
      ),
    )
    await writeFile(path, `${JSON.stringify({ ...lockfile, packages }, null, 2)}\n`)
    console.log(`${name}: ${missing.size} entries added`)
  }
}
