import { createHash, type Hash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs'
import { delimiter, dirname, join, relative, resolve } from 'node:path'
import { systemClock, type Clock } from '@ashlar/kernel'
import { writeFileAtomically } from './atomic-file.ts'
import { PrepareFailedError } from './errors.ts'
import { runTool } from './run-tool.ts'
import type { PrepareSpec } from './topology.ts'

export interface PrepareOptions {
  /** What the task's paths are relative to. */
  readonly root: string
  /** Where it is noted what each output was made from. */
  readonly cacheDirectory: string
  /** The tool's environment. */
  readonly env: Readonly<Record<string, string>>
  /** Ends the tool. */
  readonly signal?: AbortSignal | undefined
  readonly clock?: Clock
}

/** Directories whose content is not made by hand. Versions of installed tools count by themselves. */
const skippedDirectories = new Set(['node_modules', '.ashlar', '.git'])

/**
 * Makes a task's output, unless it is there and was made from just these inputs by just this command and tool.
 * Resolves to the milliseconds it took, or `undefined` when there was nothing to do.
 * @throws {PrepareFailedError} with what the tool printed.
 */
export async function prepare(task: string, spec: PrepareSpec, options: PrepareOptions): Promise<number | undefined> {
  const { root, clock = systemClock } = options
  const note = join(options.cacheDirectory, `prepared-${task}`)
  const fingerprint = fingerprintOf(spec, root)
  if (existsSync(resolve(root, spec.output)) && noted(note) === fingerprint) return undefined

  // An attempt that fails may leave half an output behind, which the old note must not vouch for.
  rmSync(note, { force: true })
  const startedMs = clock.now()
  const env = { ...options.env, PATH: toolPath(root, options.env['PATH']) }
  const { how, output } = await runTool(programOf(spec, root), spec.command.slice(1), { ...options, cwd: root, env })
  const failure = how ?? (existsSync(resolve(root, spec.output)) ? undefined : `it did not make ${spec.output}`)
  if (failure !== undefined) throw new PrepareFailedError({ task, command: spec.command, how: failure, output })
  mkdirSync(options.cacheDirectory, { recursive: true })
  writeFileAtomically(note, fingerprint)
  return clock.now() - startedMs
}

/** SHA-256 over everything that decides what the output is: contents and paths of the inputs, command, tool, Node. */
export function fingerprintOf(spec: PrepareSpec, root: string): string {
  const hash = createHash('sha256')
  add(hash, JSON.stringify(spec.command), process.version, toolVersion(programOf(spec, root)))
  const output = resolve(root, spec.output)
  for (const input of spec.inputs.toSorted()) addPath(hash, resolve(root, input), { root, output })
  return hash.digest('hex')
}

function addPath(hash: Hash, path: string, context: { readonly root: string; readonly output: string }): void {
  if (path === context.output) return
  if (!statSync(path).isDirectory()) {
    add(hash, relative(context.root, path), readFileSync(path))
    return
  }
  for (const name of readdirSync(path).toSorted()) {
    if (!skippedDirectories.has(name)) addPath(hash, join(path, name), context)
  }
}

// Lengths keep two lists of parts apart that would be the same text when joined.
function add(hash: Hash, ...parts: readonly (string | Uint8Array)[]): void {
  for (const part of parts) hash.update(`${part.length}:`).update(part)
}

// A program with a slash in its name is a path in the project, as a shell has it.
function programOf(spec: PrepareSpec, root: string): string {
  const program = spec.command[0] as string
  return program.includes('/') ? resolve(root, program) : program
}

/** `name@version` of the installed package that the program is part of; empty when it is of none. */
function toolVersion(program: string): string {
  if (!existsSync(program)) return ''
  const file = realpathSync(program)
  if (!file.includes('/node_modules/')) return ''
  for (let at = dirname(file); at !== dirname(at); at = dirname(at)) {
    const manifest = join(at, 'package.json')
    if (!existsSync(manifest)) continue
    const { name, version } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string; version?: string }
    if (name !== undefined && version !== undefined) return `${name}@${version}`
  }
  return ''
}

// Scripts that ask for "node" get the one that runs us, not the system's, which may be too old for them.
function toolPath(root: string, path = ''): string {
  return [dirname(process.execPath), join(root, 'node_modules/.bin'), path].join(delimiter)
}

function noted(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
