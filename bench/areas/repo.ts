import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../apps/shop/test/running-shop.ts'
import { cloneTo, freshEnvironment, startShop, succeed } from '../../tools/clone.ts'
import { familyOf, pssMb } from '../../tools/processes.ts'
import { run } from '../../tools/run.ts'
import type { Area, Figure } from '../figure.ts'

/** What a newcomer's machine has to give: space, time to the first page, memory. */
export const repoArea: Area = {
  name: 'repo',
  async measure({ quick, report }) {
    const home = await mkdtemp(join(tmpdir(), 'ashlar-bench-'))
    try {
      // Others may pass through, as through most home directories: a server that root starts runs as somebody else.
      await chmod(home, 0o755)
      return await measureClone(home, { warmRounds: quick ? 3 : 7, report })
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  },
}

async function measureClone(
  home: string,
  { warmRounds, report }: { warmRounds: number; report: (line: string) => void },
): Promise<Figure[]> {
  const clone = join(home, 'ashlar')
  const options = { cwd: clone, env: freshEnvironment(home, await freePort()) }
  await mkdir(join(home, 'tmp'))
  await cloneTo(clone)
  report('installing')
  await succeed('npm', ['ci', '--ignore-scripts'], options)
  const installMb = Number((await run('du', ['-sm', join(clone, 'node_modules')])).output.split('\t')[0])

  report('starting for the first time')
  const first = await startShop(options)
  const family = await familyOf(first.process.pid as number)
  const sizes = await Promise.all(family.map(pssMb))
  await first.interrupt()
  const warm: number[] = []
  for (let round = 1; round <= warmRounds; round++) {
    report(`warm start ${round} of ${warmRounds}`)
    const shop = await startShop(options)
    warm.push(shop.readyMs)
    await shop.interrupt()
  }
  const memoryMb = sizes.reduce((sum, size) => sum + size, 0)
  return [
    figure(
      'install',
      'MB',
      [installMb],
      500,
      'du of node_modules after npm ci in a fresh clone, development tools included',
    ),
    figure('first-start', 'ms', [first.readyMs], 8_000, 'npm start to the ready line in a fresh clone'),
    figure('warm-start', 'ms', warm, 3_000, 'the same again, data and build kept'),
    figure('memory', 'MB', [memoryMb], 800, `sum of PSS of the ${family.length} processes of npm start when ready`),
  ]
}

function figure(name: string, unit: string, rounds: readonly number[], atMost: number, how: string): Figure {
  return { name, unit, rounds, limit: { atMost }, how }
}
