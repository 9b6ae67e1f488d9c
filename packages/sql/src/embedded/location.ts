import { createHash } from 'node:crypto'
import { chmod, chown, mkdir, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '@ashlar/kernel'
import { canEnter, type Account } from './account.ts'
import { sharedDirectory } from './binaries.ts'
import { EmbeddedError } from './errors.ts'
import { isPostgresIn, processIdentity } from './process-info.ts'
import { postmasterPid } from './postmaster.ts'

const note = 'location'

/**
 * The folder that holds the data: the requested one, or, when the server's account cannot get there (a project in
 * root's home), one outside. The requested folder then says where, so that later starts agree.
 */
export async function locate(requested: string, account: Account, shared: string = sharedDirectory()): Promise<string> {
  const directory = await makeDirectory(requested)
  const outside = join(shared, createHash('sha256').update(directory).digest('hex').slice(0, 16))
  // A project that was copied along with its note gets a folder of its own.
  const noted = await readFile(join(directory, note), 'utf8').catch(() => '')
  if (noted.trim() !== outside && canEnter(account, directory)) return directory
  const made = await makeDirectory(outside)
  await chmod(shared, 0o755)
  if (!canEnter(account, made)) {
    throw new EmbeddedError(
      'directory',
      `PostgreSQL does not run as root, and uid ${account.uid} can enter neither ${directory} nor ${made}; ` +
        'start as an ordinary user, or open the way to one of them (chmod o+x on the folders above it)',
    )
  }
  await writeFile(join(directory, note), `${outside}\n`)
  return made
}

async function makeDirectory(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true })
    const real = await realpath(path)
    // Others may pass through, which the server's account needs, and see nothing.
    await chmod(real, 0o711)
    return real
  } catch (cause) {
    throw new EmbeddedError(
      'directory',
      `the folder ${path} for PostgreSQL's data cannot be used: ${(cause as Error).message}; ` +
        'if another user made it, start as that user or remove it',
      { cause },
    )
  }
}

const prefix = 'ashlar-postgres-'

/** A folder that lasts as long as the server. Those that dead processes left behind are removed on the way. */
export async function locateEphemeral(account: Account): Promise<string> {
  for (const base of [tmpdir(), '/tmp']) {
    if (!canEnter(account, base)) continue
    await removeLeftovers(base)
    const directory = join(await realpath(base), `${prefix}${process.pid}-${newId()}`)
    await mkdir(directory, { mode: 0o711 })
    // So that the server's account can remove it, when we are no longer there to do it.
    if (account.uid !== undefined && account.gid !== undefined) await chown(directory, account.uid, account.gid)
    return directory
  }
  throw new EmbeddedError(
    'directory',
    `uid ${account.uid} can enter neither ${tmpdir()} nor /tmp; set TMPDIR to a folder it can`,
  )
}

async function removeLeftovers(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    const owner = Number(new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1])
    if (Number.isNaN(owner) || processIdentity(owner) !== undefined) continue
    const data = join(base, name, 'data')
    const server = await postmasterPid(data)
    if (server !== undefined && isPostgresIn(server, data)) continue
    // Another user's leftovers are theirs to remove.
    await rm(join(base, name), { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Removes what an interrupted `initdb` left. */
export async function removeDrafts(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith('init-')) await rm(join(directory, name), { recursive: true, force: true, maxRetries: 3 })
  }
}
