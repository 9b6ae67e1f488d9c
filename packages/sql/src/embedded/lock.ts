import { link, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newId } from '@ashlar/kernel'
import { EmbeddedError } from './errors.ts'
import { processIdentity } from './process-info.ts'

const prefix = 'owner-'

/**
 * Makes this process the only owner of the folder until it lets go or dies.
 *
 * Owners are numbered, and the highest number owns the folder: a file `owner-7` follows a dead `owner-6`. A lock that
 * dead owners' successors took away instead could be taken away from one who had just succeeded.
 * @throws {EmbeddedError} that names the live owner.
 */
export async function lockDirectory(directory: string): Promise<{ readonly release: () => Promise<void> }> {
  const draft = join(directory, `draft-${newId()}`)
  await writeFile(draft, JSON.stringify({ pid: process.pid, started: processIdentity(process.pid) }))
  try {
    for (;;) {
      const last = await lastOwner(directory)
      const path = join(directory, `${prefix}${last + 1}`)
      if (!(await tryLink(draft, path))) continue
      const numbers = await ownerNumbers(directory)
      if (Math.max(...numbers) > last + 1) {
        // Others have come and gone since we looked, and the number was free because its owner's successor tidied up.
        await rm(path, { force: true })
        continue
      }
      for (const number of numbers) {
        if (number <= last) await rm(join(directory, `${prefix}${number}`), { force: true })
      }
      // The number stays taken, so that nobody who looked before can have it.
      return { release: () => truncate(path).catch(() => undefined) }
    }
  } finally {
    await rm(draft, { force: true })
  }
}

/** @returns the number of the last owner, which is dead; 0 when there was none. */
async function lastOwner(directory: string): Promise<number> {
  const last = Math.max(0, ...(await ownerNumbers(directory)))
  if (last === 0) return 0
  // One that has gone by now has a successor: linking will tell.
  const owner = await readFile(join(directory, `${prefix}${last}`), 'utf8').catch(() => '')
  throwIfAlive(owner, directory)
  return last
}

async function ownerNumbers(directory: string): Promise<number[]> {
  const names = await readdir(directory)
  return names.filter((name) => /^owner-\d+$/.test(name)).map((name) => Number(name.slice(prefix.length)))
}

// A link appears whole or not at all, unlike a file that is created and then written.
async function tryLink(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function throwIfAlive(owner: string, directory: string): void {
  let parsed: { pid?: unknown; started?: unknown }
  try {
    parsed = JSON.parse(owner) as { pid?: unknown; started?: unknown }
  } catch {
    // Empty: released. Or cut off by a crash of the machine, which nobody survived.
    return
  }
  if (typeof parsed.pid !== 'number') return
  const identity = processIdentity(parsed.pid)
  // Where the system tells no identities, owners wrote none either: PostgreSQL's own lock has to do there.
  if (identity === undefined || identity !== parsed.started) return
  throw new EmbeddedError(
    'in-use',
    `process ${parsed.pid} runs the embedded PostgreSQL of ${directory} already; stop it first, or use another directory`,
  )
}
