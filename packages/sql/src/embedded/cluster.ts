import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newId } from '@ashlar/kernel'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { EmbeddedError } from './errors.ts'
import { removeDrafts } from './location.ts'
import type { Secrets } from './secrets.ts'
import { spawnWatched } from './watchdog.ts'

/** The role that owns the cluster. */
export const superuser = 'postgres'

/**
 * Makes the cluster in `<directory>/data` unless it is there. It gets that name when it is complete, so an interrupted
 * attempt is never taken for one.
 * @returns the data directory
 */
export async function ensureCluster(
  directory: string,
  site: {
    readonly binaries: Binaries
    readonly account: Account
    readonly secrets: Secrets
    /** Whether the new cluster must survive a power cut: writing it through to the disk takes a second. */
    readonly durable: boolean
  },
): Promise<string> {
  const { binaries, account, secrets, durable } = site
  const data = join(directory, 'data')
  if (await isDirectory(data)) {
    await checkVersion(data, binaries)
    if (!secrets.has(superuser)) {
      throw new EmbeddedError(
        'secrets',
        `the passwords of the data in ${data} are gone from ${directory}; restore secrets.json, or remove the whole ` +
          'folder and its data',
      )
    }
    return data
  }
  await removeDrafts(directory)
  await secrets.ensure([superuser])
  const draft = join(directory, `init-${newId()}`)
  const passwordFile = `${draft}-password`
  await mkdir(draft, { mode: 0o700 })
  try {
    await writeFile(passwordFile, secrets.passwordOf(superuser), { mode: 0o600 })
    if (account.uid !== undefined && account.gid !== undefined) {
      for (const path of [draft, passwordFile]) await chown(path, account.uid, account.gid)
    }
    await runInitdb(draft, passwordFile, { binaries, account, durable })
    await rename(draft, data)
  } finally {
    await rm(passwordFile, { force: true })
    await rm(draft, { recursive: true, force: true })
  }
  return data
}

async function runInitdb(
  draft: string,
  passwordFile: string,
  { binaries, account, durable }: { binaries: Binaries; account: Account; durable: boolean },
): Promise<void> {
  const options = [
    ...(durable ? [] : ['--no-sync']),
    '--no-instructions',
    '--locale=C',
    '--encoding=UTF8',
    '--auth=scram-sha-256',
    // Iterations protect passwords that can be guessed; ours are 24 random bytes.
    ...(binaries.major >= 16 ? ['--set=scram_iterations=1'] : []),
  ]
  const args = [...options, `--username=${superuser}`, `--pwfile=${passwordFile}`, `--pgdata=${draft}`]
  const child = spawnWatched(join(binaries.root, 'bin', 'initdb'), args, { account, signal: 'INT' })
  let output = ''
  const collect = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-2_000)
  }
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  child.stdin?.destroy()
  if (code === 0) return
  const nameless = /could not look up effective user ID (\d+)/.exec(output)
  if (nameless !== null) {
    throw new EmbeddedError(
      'start',
      `uid ${nameless[1]}, under which PostgreSQL would run, has no line in /etc/passwd, and its initdb insists; add ` +
        'one, start as another user, or give a URL to a PostgreSQL',
    )
  }
  throw new EmbeddedError('start', `initdb failed with status ${code}: ${output.trim()}`)
}

async function checkVersion(data: string, { major }: Binaries): Promise<void> {
  const found = (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim()
  if (found === String(major)) return
  throw new EmbeddedError(
    'other-version',
    `${data} holds data of PostgreSQL ${found}, and the embedded server is PostgreSQL ${major}; move the folder away ` +
      'to start afresh, or give a URL to a PostgreSQL that has the data',
  )
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
