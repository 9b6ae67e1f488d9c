import { join } from 'node:path'
import { run } from '../run.ts'
import type { ProofArea, ProofResult } from './area.ts'

const root = join(import.meta.dirname, '../..')
const seconds = 30
// What each of the two cases is about, in their order.
const histories = ['at hand', 'held up'] as const

/**
 * The collector under 20,000 spans a second for half a minute, with its database at hand and held up: its memory is
 * bounded, the sender is not slowed, and what is not stored is counted as lost, exactly. The tests do the same for less
 * long.
 */
export const collectorProof: ProofArea = {
  name: 'collector',
  seed: 1,
  async prove({ report }) {
    report(`twice ${seconds} s`)
    const options = ['--conditions=ashlar:source', '--test', '--test-isolation=none', '--test-reporter=tap']
    const { code, output } = await run(process.execPath, [...options, 'packages/host/src/collector/load.e2e.ts'], {
      cwd: root,
      env: { ...process.env, COLLECTOR_LOAD_SECONDS: String(seconds) },
    })
    const figures = [...output.matchAll(/^# (\{"offered".*\})$/gm)].map(([, json = '']) => JSON.parse(json) as Figures)
    const failures = code === 0 && figures.length === histories.length ? [] : [output.slice(-4_000)]
    return histories.map((history, at) => ({ about: { history }, figures: figures[at] ?? {}, failures }))
  },
}

type Figures = ProofResult['figures']
