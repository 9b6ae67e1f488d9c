// npm run bench -- <area> [--quick]: measures an area and writes bench/results/<area>.json.
// npm run bench:check: measures all areas quickly and fails when a target is short.
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, totalmem, type as osType, release } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock, toIsoTime } from '@ashlar/kernel'
import { run } from '../tools/run.ts'
import { dataArea } from './areas/data.ts'
import { repoArea } from './areas/repo.ts'
import { resilienceArea } from './areas/resilience.ts'
import { shopArea } from './areas/shop.ts'
import { telemetryArea } from './areas/telemetry.ts'
import { keepsLimit, median, rounded, targetLine, type Area, type Figure } from './figure.ts'

const areas: readonly Area[] = [dataArea, repoArea, resilienceArea, shopArea, telemetryArea]
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, check: { type: 'boolean', default: false } },
})
const chosen = values.check ? areas : areas.filter(({ name }) => name === positionals[0])
if (chosen.length === 0) {
  console.error(`usage: npm run bench -- <${areas.map(({ name }) => name).join('|')}> [--quick]`)
  process.exitCode = 2
}
for (const area of chosen) {
  const report = (line: string): void => console.error(`${area.name}: ${line}`)
  const quick = values.quick || values.check
  const figures = await area.measure({ quick, report })
  for (const figure of figures) print(figure)
  // A quick run says whether the limits hold; it is not worth keeping.
  if (!quick) await save(area, figures)
  for (const figure of figures) {
    const line = targetLine(area.name, figure)
    if (line !== undefined) console.log(line)
    if (values.check && keepsLimit(figure) === false) process.exitCode = 1
  }
}

function print({ name, unit, rounds }: Figure): void {
  const spread =
    rounds.length === 1
      ? ''
      : ` (${rounded(Math.min(...rounds))} to ${rounded(Math.max(...rounds))}, ${rounds.length} rounds)`
  console.log(`${name.padEnd(14)} ${rounded(median(rounds))} ${unit}${spread}`)
}

async function save({ name }: Area, figures: readonly Figure[]): Promise<void> {
  const folder = join(import.meta.dirname, 'results')
  const commit = (await run('git', ['rev-parse', 'HEAD'], { cwd: folder })).output.trim()
  const machine = {
    cpus: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${osType()} ${release()}`,
    node: process.version,
  }
  const result = {
    area: name,
    at: toIsoTime(systemClock.wall()),
    commit,
    machine,
    figures: figures.map((figure) => ({
      ...figure,
      rounds: figure.rounds.map(rounded),
      median: rounded(median(figure.rounds)),
    })),
  }
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`)
}
