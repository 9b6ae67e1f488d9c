import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../run.ts'
import type { ProofArea, ProofResult } from './area.ts'

/** A part of `packages/resilience/src`, and the tests that are to notice what is changed in it. */
interface Core {
  readonly name: string
  readonly mutate: readonly string[]
  readonly tests: readonly string[]
}

const cores: readonly Core[] = [
  {
    name: 'circuit-breaker',
    mutate: [
      'circuit-breaker/breaker-core.ts',
      'circuit-breaker/sliding-window.ts',
      'circuit-breaker/circuit-breaker.ts',
    ],
    tests: ['circuit-breaker/*.test.ts'],
  },
  {
    name: 'rate-limit',
    mutate: ['rate-limit/rate-limiter.ts', 'rate-limit/arrival-times.ts', 'rate-limit/turns.ts'],
    tests: ['rate-limit/rate-limiter*.test.ts', 'rate-limit/arrival-times.test.ts', 'rate-limit/turns*.test.ts'],
  },
  {
    name: 'shared-rate-limit',
    mutate: ['rate-limit/shared-rate-limiter.ts', 'rate-limit/leases.ts'],
    tests: [
      'rate-limit/shared-rate-limiter*.test.ts',
      'rate-limit/shared-contract.test.ts',
      'rate-limit/leases.test.ts',
    ],
  },
  {
    name: 'bulkhead',
    mutate: ['bulkhead/bulkhead.ts', 'bulkhead/wait-queue.ts'],
    tests: ['bulkhead/*.test.ts'],
  },
  {
    name: 'retry',
    mutate: ['retry/budget.ts', 'retry/decide.ts'],
    tests: ['retry/*.test.ts'],
  },
]

const leastPercent = 85
const root = join(import.meta.dirname, '../..')
const tools = join(root, 'tools/mutation')
const scratch = join(root, '.cache/mutation')

/**
 * Changes the cores of the resilience patterns one operator, condition or literal at a time, and counts how many of the
 * changes their tests notice.
 */
export const mutationProof: ProofArea = {
  name: 'mutation',
  seed: 1,
  async prove({ seed, report }) {
    const installed = await run('npm', ['ci', '--prefix', tools, '--ignore-scripts', '--no-audit', '--no-fund'])
    if (installed.code !== 0) throw new Error(`npm ci in tools/mutation failed:\n${installed.output}`)
    await mkdir(scratch, { recursive: true })
    const results: ProofResult[] = []
    try {
      for (const core of cores) {
        report(core.name)
        results.push(await mutate(core, seed))
      }
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
    return results
  },
}

async function mutate(core: Core, seed: number): Promise<ProofResult> {
  const config = join(scratch, `${core.name}.json`)
  const output = join(scratch, `${core.name}.report.json`)
  await writeFile(config, JSON.stringify(options(core, output)))
  const stryker = join(tools, 'node_modules/.bin/stryker')
  const ended = await run(stryker, ['run', config], {
    cwd: join(root, 'packages/resilience'),
    env: { ...process.env, MUTATION_SEED: String(seed) },
  })
  if (ended.code !== 0) throw new Error(`${core.name} could not be mutated:\n${ended.output}`)
  return judged(core.name, JSON.parse(await readFile(output, 'utf8')) as Report)
}

function options(core: Core, output: string): object {
  const nodeArgs = ['--conditions=ashlar:source', '--test-reporter=tap', '--import', join(tools, 'preload.ts')]
  return {
    plugins: [join(tools, 'node_modules/@stryker-mutator/tap-runner/dist/src/index.js')],
    testRunner: 'tap',
    coverageAnalysis: 'perTest',
    mutate: core.mutate.map((file) => `src/${file}`),
    tap: {
      testFiles: core.tests.map((file) => `src/${file}`),
      nodeArgs: [...nodeArgs, '-r', '{{hookFile}}', '{{testFile}}'],
    },
    // Node strips the types by itself: there is no configuration to rewrite.
    tsconfigFile: 'none.json',
    disableTypeChecks: false,
    concurrency: 2,
    tempDirName: scratch,
    reporters: ['json'],
    jsonReporter: { fileName: output },
  }
}

/** Source: the mutation testing report schema, as far as it is read here. */
interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>
}

interface Mutant {
  readonly mutatorName: string
  readonly replacement?: string
  readonly status: string
  readonly location: { readonly start: { readonly line: number } }
}

function judged(core: string, { files }: Report): ProofResult {
  const all = Object.entries(files).flatMap(([file, { mutants }]) => mutants.map((mutant) => ({ file, ...mutant })))
  const count = (...statuses: readonly string[]): number => all.filter(({ status }) => statuses.includes(status)).length
  const noticed = count('Killed', 'Timeout')
  const missed = count('Survived', 'NoCoverage')
  const scorePercent = Math.round((noticed / (noticed + missed)) * 1_000) / 10
  const survivors = all
    .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
    .map(
      ({ file, location, mutatorName, replacement }) => `${file}:${location.start.line} ${mutatorName}: ${replacement}`,
    )
  // A comparison with NaN, when there was nothing to mutate, is a failure too.
  const isEnough = scorePercent >= leastPercent
  return {
    about: { core },
    figures: { mutants: noticed + missed, killed: count('Killed'), timeout: count('Timeout'), missed, scorePercent },
    failures: isEnough ? [] : [`${core}: ${scorePercent} % is below ${leastPercent} %`, ...survivors],
  }
}
