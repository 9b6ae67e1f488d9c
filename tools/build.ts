import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './run.ts'

const root = join(import.meta.dirname, '..')
const builds = new Map<string, Promise<void>>()

/** The packages of this repository, by folder name. */
export async function packageFolders(): Promise<string[]> {
  const entries = await readdir(join(root, 'packages'), { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted()
}

/** Compiles packages, and what they stand on, into their `dist`; once a process. @throws with what the compiler says. */
export function build(packages: readonly string[]): Promise<void> {
  const key = packages.join(' ')
  let made = builds.get(key)
  if (made === undefined) {
    made = compile(packages)
    builds.set(key, made)
  }
  return made
}

async function compile(packages: readonly string[]): Promise<void> {
  const folders = packages.map((name) => join('packages', name))
  const { code, output } = await run(join(root, 'node_modules/.bin/tsc'), ['-b', ...folders], { cwd: root })
  if (code !== 0) throw new Error(`tsc -b ${folders.join(' ')} failed:\n${output}`)
}
