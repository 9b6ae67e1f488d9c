import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'

/**
 * Writes a file that did not exist before and that nobody but its owner can read: what is in a process's memory includes
 * its secrets. Resolves with its size; nothing is left of one that could not be written whole.
 */
export async function writePrivateFile(
  path: string,
  content: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  signal: AbortSignal,
): Promise<number> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  // `wx`: in a directory that others may write to, whoever guesses the name has put nothing there.
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 })
  try {
    await pipeline(content, file, { signal })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await rm(path, { force: true })
    throw error
  }
  return file.bytesWritten
}
