import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** The name of the file that a topology is in. */
export const configFileName = 'ashlar.config.ts'

/** The configuration of the project that `directory` is in: the nearest one, there or above. */
export function findConfig(directory: string): string | undefined {
  for (let at = resolve(directory); ; at = dirname(at)) {
    const file = join(at, configFileName)
    if (existsSync(file)) return file
    if (dirname(at) === at) return undefined
  }
}
