import { chmod, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isUuid } from '@ashlar/kernel'
import { formatMail } from './mail-format.ts'
import type { Mailer } from './mailer.ts'

/**
 * Puts each mail as a file `<id>.eml` into a directory, where a person reads it or a mail program picks it up: what
 * development uses in place of a mail server. Only this user can read them, since they hold what nobody else may know.
 *
 * A mail is there whole or not at all; sent again, it replaces itself. The directory keeps the newest `maxFiles`, by
 * their ids: those begin with the time (UUIDv7). Listing it is part of every sending, O(files).
 */
export async function openPickupDirectory(directory: string, options: { maxFiles?: number } = {}): Promise<Mailer> {
  const { maxFiles = 1_000 } = options
  await mkdir(directory, { recursive: true, mode: 0o700 })
  // It may have been there before.
  await chmod(directory, 0o700)
  return {
    async send(mail, signal) {
      if (!isUuid(mail.id)) throw new TypeError(`mail: id must be a UUID, got "${mail.id}"`)
      const path = join(directory, `${mail.id}.eml`)
      const unfinished = `${path}.tmp`
      const file = await open(unfinished, 'w', 0o600)
      try {
        await file.writeFile(formatMail(mail), { signal })
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(unfinished, path)
      await keepNewest(directory, maxFiles)
    },
  }
}

async function keepNewest(directory: string, maxFiles: number): Promise<void> {
  const names = (await readdir(directory)).filter((name) => /\.eml(\.tmp)?$/.test(name)).toSorted()
  for (const name of names.slice(0, -maxFiles)) await rm(join(directory, name), { force: true })
}
