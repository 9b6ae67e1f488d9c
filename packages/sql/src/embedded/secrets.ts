import { chown, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { newId, randomToken, systemRandom } from '@ashlar/kernel'
import { isRoot } from './account.ts'
import { EmbeddedError } from './errors.ts'

/** The passwords of a cluster's roles, made when first asked for. */
export interface Secrets {
  /** Remembers a password for each role before it is used anywhere. */
  ensure(roles: readonly string[]): Promise<void>
  has(role: string): boolean
  /** @throws {TypeError} for a role that `ensure` was not given. */
  passwordOf(role: string): string
}

const fileName = 'secrets.json'

/** Passwords kept beside the data, readable by the owner alone. @param directory `undefined` keeps them in memory. */
export async function openSecrets(directory: string | undefined): Promise<Secrets> {
  const path = directory === undefined ? undefined : join(directory, fileName)
  const passwords = new Map(path === undefined ? [] : await load(path))
  return {
    async ensure(roles) {
      const missing = roles.filter((role) => !passwords.has(role))
      if (missing.length === 0) return
      for (const role of missing) passwords.set(role, randomToken(systemRandom, 24))
      if (path !== undefined) await save(path, passwords)
    },
    has: (role) => passwords.has(role),
    passwordOf(role) {
      const password = passwords.get(role)
      if (password === undefined)
        throw new TypeError(`embedded: there is no database "${role}"; ensureDatabases makes it`)
      return password
    },
  }
}

async function load(path: string): Promise<[string, string][]> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new EmbeddedError('secrets', `${path} cannot be read: ${(cause as Error).message}; start as its owner`, {
      cause,
    })
  }
  try {
    return Object.entries(JSON.parse(text) as Record<string, string>)
  } catch (cause) {
    throw new EmbeddedError('secrets', `${path} is damaged; restore it, or remove the whole folder and its data`, {
      cause,
    })
  }
}

async function save(path: string, passwords: ReadonlyMap<string, string>): Promise<void> {
  const draft = `${path}-${newId()}`
  await writeFile(draft, JSON.stringify(Object.fromEntries(passwords), null, 2), { mode: 0o600 })
  // Root may start what an ordinary user has made, and must not lock that user out.
  const { uid, gid } = await stat(dirname(path))
  if (isRoot()) await chown(draft, uid, gid)
  await rename(draft, path)
}
