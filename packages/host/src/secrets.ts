import { mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { randomToken, type Random } from '@ashlar/kernel'
import { writeFileAtomically } from './atomic-file.ts'
import type { Environment } from './environment.ts'
import { ConfigUnreadableError } from './errors.ts'

const secretBytes = 32

/**
 * A random value for each name that `given` has none for: the ones that `file` holds, and new ones for the rest, which
 * it then holds as well. Without a file all are new. The file is readable by its owner only.
 */
export function secretsFor(
  names: readonly string[],
  source: { readonly file: string | undefined; readonly given: Environment; readonly random: Random },
): Record<string, string> {
  const kept = source.file === undefined ? {} : readSecrets(source.file)
  const missing = names.filter((name) => source.given[name] === undefined && kept[name] === undefined)
  for (const name of missing) kept[name] = randomToken(source.random, secretBytes)
  if (source.file !== undefined && missing.length > 0) {
    mkdirSync(dirname(source.file), { recursive: true })
    writeFileAtomically(source.file, `${JSON.stringify(kept, null, 2)}\n`)
  }
  return Object.fromEntries(names.map((name) => [name, source.given[name] ?? (kept[name] as string)]))
}

function readSecrets(file: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    // Not replaced unasked: what it held may be needed to read what is stored already.
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigUnreadableError(`${file} cannot be read (${why}); restore it, or delete it for new secrets`, {
      cause: error,
    })
  }
}
