import { renameSync, writeFileSync } from 'node:fs'

/** Replaces a file whole, for its owner only: a reader sees the old content or the new, never a part. */
export function writeFileAtomically(file: string, content: string): void {
  const written = `${file}.${process.pid}`
  writeFileSync(written, content, { mode: 0o600 })
  renameSync(written, file)
}
