import { parseArgs } from 'node:util'
import { describeRun } from './describe-run.ts'
import { noPlant, plants, type Plant } from './plants.ts'
import { simulate } from './simulate.ts'

const usage = `Runs the shop on memory, under a virtual clock and network, with everything that goes wrong decided by a seed.

  node --conditions=ashlar:source apps/shop/sim/main.ts --seed 7

  --seed N       the first seed [1]
  --seeds N      how many seeds, one after the other [1]
  --orders N     purchases a seed [50]
  --plant NAME   with a mistake put in: ${Object.keys(plants).join(', ')}
  --history      print each run's whole history

Ends with 1 when a run shows what must not be.
`

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    orders: { type: 'string', default: '50' },
    plant: { type: 'string' },
    history: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) process.stdout.write(usage)
else {
  const [seed, seeds, orders] = [whole('seed'), whole('seeds'), whole('orders')]
  for (let each = seed; each < seed + seeds; each++) {
    const run = await simulate({ seed: each, orders, plant: chosenPlant() })
    if (values.history) process.stdout.write(run.history.text())
    process.stdout.write(`${describeRun(run)}\n`)
    if (run.violations.length > 0) process.exitCode = 1
  }
}

function whole(name: 'seed' | 'seeds' | 'orders'): number {
  const value = Number(values[name])
  if (!Number.isSafeInteger(value) || value < 1) fail(`--${name} must be a whole number from 1, got "${values[name]}"`)
  return value
}

function chosenPlant(): Plant {
  if (values.plant === undefined) return noPlant
  return plants[values.plant] ?? fail(`--plant must be one of ${Object.keys(plants).join(', ')}, got "${values.plant}"`)
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
