// Writes what is made of the shop's objectives, and its dashboard, to apps/shop/monitoring; with --check says whether
// they are current: node tools/monitoring.ts.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dashboard } from './monitoring/dashboard.ts'
import { parseSlos } from './monitoring/slo.ts'
import { sloRules } from './monitoring/slo-rules.ts'

/** Where the shop's monitoring is. */
export const monitoringFolder: string = join(import.meta.dirname, '..', 'apps/shop/monitoring')

/** What the folder's made files have to hold, by name. */
export async function madeFiles(): Promise<ReadonlyMap<string, string>> {
  const slos = parseSlos(await readFile(join(monitoringFolder, 'slos.json'), 'utf8'))
  return new Map([
    ['slo.rules.yaml', sloRules(slos)],
    ['dashboard.json', dashboard()],
  ])
}

if (import.meta.main) {
  for (const [name, text] of await madeFiles()) {
    const path = join(monitoringFolder, name)
    if (!process.argv.includes('--check')) await writeFile(path, text)
    else if ((await readFile(path, 'utf8')) !== text)
      throw new Error(`${name} is out of date; run "node tools/monitoring.ts"`)
  }
}
