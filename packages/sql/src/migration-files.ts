import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MigrationOrderError } from './errors.ts'

export interface MigrationFile {
  readonly number: number
  /** Without the folder: `0001-init.sql`. */
  readonly file: string
  readonly text: string
  /** Of the text with line endings made equal, so that a checkout on another system is no change. */
  readonly checksum: string
}

const fileName = /^(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.sql$/

/**
 * Reads the migrations of a folder, in order. Files that do not end in `.sql` are left alone.
 * @throws {MigrationOrderError} unless they are numbered 0001, 0002 and so on, each number once.
 */
export async function readMigrations(directory: URL | string): Promise<MigrationFile[]> {
  const path = directory instanceof URL ? fileURLToPath(directory) : directory
  const names = (await listFiles(path)).filter((name) => name.endsWith('.sql')).toSorted()
  const files = await Promise.all(names.map((name) => readMigration(path, name)))
  files.forEach(({ number, file }, index) => {
    if (number === index + 1) return
    if (number === files[index - 1]?.number) {
      throw new MigrationOrderError(
        `migrations ${files[index - 1]?.file} and ${file} have the same number; renumber one`,
      )
    }
    const expected = String(index + 1).padStart(4, '0')
    throw new MigrationOrderError(
      `migration ${file} is there but ${expected} is missing; number them without gaps from 0001`,
    )
  })
  return files
}

async function listFiles(path: string): Promise<string[]> {
  try {
    return await readdir(path)
  } catch (cause) {
    throw new MigrationOrderError(`the folder of migrations, ${path}, cannot be read: ${(cause as Error).message}`, {
      cause,
    })
  }
}

async function readMigration(path: string, file: string): Promise<MigrationFile> {
  const number = fileName.exec(file)?.[1]
  if (number === undefined) {
    throw new MigrationOrderError(`migration ${file} is not named like 0001-create-orders.sql; rename it`)
  }
  const text = (await readFile(join(path, file), 'utf8')).replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  return { number: Number(number), file, text, checksum: createHash('sha256').update(text).digest('hex') }
}
