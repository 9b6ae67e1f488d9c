import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { run } from '../tools/run.ts'

const folder = join(import.meta.dirname, 'peers')

/** Loads what we compare with, which has an install of its own: it is made the first time. */
export async function loadPeers(report: (line: string) => void): Promise<(name: string) => unknown> {
  if (!existsSync(join(folder, 'node_modules'))) {
    report('installing the peers')
    const { code, output } = await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder })
    if (code !== 0) throw new Error(`the peers could not be installed: ${output}`)
  }
  const require = createRequire(join(folder, 'package.json'))
  return (name) => require(name) as unknown
}
