import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { checkTopology } from './check-topology.ts'
import { ConfigUnreadableError } from './errors.ts'
import { configFileName, findConfig } from './find-config.ts'
import type { Topology } from './topology.ts'

/** A topology and the directory that its paths are relative to. */
export interface Project {
  readonly topology: Topology
  readonly root: string
}

/**
 * The configuration file that a command is about: the one it was given, else the one of the project we are in.
 * @throws {ConfigUnreadableError} when there is none.
 */
export function locateConfig(given: string | undefined): string {
  const directory = process.cwd()
  const file = given === undefined ? findConfig(directory) : resolve(given)
  if (file === undefined) {
    throw new ConfigUnreadableError(
      `there is no ${configFileName} in ${directory} or above; ` +
        `go to a project's directory, or name the file with --config`,
    )
  }
  if (!existsSync(file)) throw new ConfigUnreadableError(`there is no ${file}`)
  return file
}

/**
 * Runs a configuration file and checks what it exports.
 * @throws {ConfigUnreadableError} when it does not run; {TopologyInvalidError} when its topology cannot.
 */
export async function loadConfig(file: string): Promise<Project> {
  const root = dirname(file)
  let exported: { default?: unknown }
  try {
    exported = (await import(pathToFileURL(file).href)) as { default?: unknown }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigUnreadableError(`${file} does not run: ${why}`, { cause: error })
  }
  return { topology: checkTopology(exported.default, root), root }
}
