import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, relative } from 'node:path'
import { run } from './run.ts'

/** A folder with a `buf.yaml`, and where its generated code is committed. */
export interface ContractModule {
  readonly folder: string
  readonly generated: string
}

export const contractModules: readonly ContractModule[] = [
  { folder: 'packages/rpc', generated: 'src/gen' },
  { folder: 'apps/shop/contracts', generated: 'gen' },
]

const root = join(import.meta.dirname, '..')

/** Runs the contract compiler in a folder. @throws when it fails, with what it printed. */
export async function buf(folder: string, args: readonly string[]): Promise<string> {
  const path = [join(root, 'tools/proto/node_modules/.bin'), join(root, 'node_modules/.bin'), process.env.PATH]
  const { code, output } = await run(join(root, 'tools/proto/node_modules/.bin/buf'), args, {
    cwd: folder,
    env: { ...process.env, PATH: path.join(delimiter) },
  })
  if (code !== 0) throw new Error(`buf ${args.join(' ')} in ${relative(root, folder)} failed:\n${output}`)
  return output
}

/** The generated files that differ from what the contracts in `module` give now; none when all is current. */
export async function outdated(module: ContractModule, repository: string = root): Promise<string[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'ashlar-contracts-'))
  try {
    const folder = join(repository, module.folder)
    for (const name of ['buf.yaml', 'buf.gen.yaml', 'proto']) {
      await cp(join(folder, name), join(scratch, name), { recursive: true })
    }
    // The plugin reads package.json upwards from here to decide on module syntax.
    await symlink(join(root, 'node_modules'), join(scratch, 'node_modules'))
    await buf(scratch, ['generate'])
    const [made, committed] = await Promise.all([
      readTree(join(scratch, module.generated)),
      readTree(join(folder, module.generated)),
    ])
    const names = new Set([...made.keys(), ...committed.keys()])
    return [...names].filter((name) => made.get(name) !== committed.get(name)).toSorted()
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function readTree(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = new Map<string, string>()
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    files.set(relative(folder, path), await readFile(path, 'utf8'))
  }
  return files
}

/**
 * Checks that the contracts in `module` still serve everybody who built against an earlier version on main: each of
 * the last commits that changed them is compared. @throws naming what would break.
 */
export async function checkBreaking(module: ContractModule, repository: string = root): Promise<number> {
  const log = await run('git', ['log', '-10', '--format=%H', '--', `${module.folder}/proto`], { cwd: repository })
  if (log.code !== 0) throw new Error(`git log failed: ${log.output}`)
  const ids = log.output.split('\n').filter((id) => id !== '')
  for (const id of ids) {
    const earlier = `${repository}/.git#ref=${id},subdir=${module.folder}`
    await buf(join(repository, module.folder), ['breaking', '--against', earlier])
  }
  return ids.length
}
