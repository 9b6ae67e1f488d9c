// npm run proof -- <area> [--seed n]: proves a claim the long way and writes docs/proofs/<area>.json.
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock, toIsoTime } from '@ashlar/kernel'
import type { ProofArea, ProofResult } from './proofs/area.ts'
import { collectorProof } from './proofs/collector.ts'
import { durableProof } from './proofs/durable.ts'
import { mutationProof } from './proofs/mutation.ts'
import { run } from './run.ts'

const areas: readonly ProofArea[] = [collectorProof, durableProof, mutationProof]
const { values, positionals } = parseArgs({ allowPositionals: true, options: { seed: { type: 'string' } } })
const area = areas.find(({ name }) => name === positionals[0])
if (area === undefined) {
  console.error(`usage: npm run proof -- <${areas.map(({ name }) => name).join('|')}> [--seed n]`)
  process.exitCode = 2
} else {
  const seed = values.seed === undefined ? area.seed : Number(values.seed)
  if (!Number.isSafeInteger(seed)) throw new RangeError(`--seed must be an integer, got ${values.seed}`)
  const startedMs = systemClock.now()
  const report = (line: string): void => console.error(`${area.name}: ${line}`)
  const results = await area.prove({ seed, report })
  await save(area.name, { seed, results, tookMs: systemClock.now() - startedMs })
  for (const { about, figures, failures } of results) {
    console.log(JSON.stringify({ ...about, ...figures }))
    for (const failure of failures) console.error(failure)
    if (failures.length > 0) process.exitCode = 1
  }
}

async function save(
  name: string,
  { seed, results, tookMs }: { seed: number; results: readonly ProofResult[]; tookMs: number },
): Promise<void> {
  const folder = join(import.meta.dirname, '../docs/proofs')
  const commit = (await run('git', ['rev-parse', 'HEAD'], { cwd: import.meta.dirname })).output.trim()
  const proof = {
    area: name,
    at: toIsoTime(systemClock.wall()),
    commit,
    machine: { cpus: cpus().length, cpu: cpus()[0]?.model ?? 'unknown', node: process.version },
    seed,
    tookSeconds: Math.round(tookMs / 1_000),
    results,
  }
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(proof, null, 2)}\n`)
}
