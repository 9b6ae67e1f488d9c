import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { up } from '@ashlar/host'
import { systemClock } from '@ashlar/kernel'
import shop from '../../ashlar.config.ts'
import { freePort } from '../../apps/shop/test/running-shop.ts'
import { familyOf } from '../../tools/processes.ts'
import type { Figure } from '../figure.ts'
import { ratios } from '../paired.ts'
import { buyFor, cpuMsOf, signUp, unlimited, type Buyer } from './shop.ts'

const root = join(import.meta.dirname, '../..')
const readsEach = 4
const warmUps = 3

/** A started shop, with its customers. */
interface Shop extends AsyncDisposable {
  readonly buyers: readonly Buyer[]
  readonly pids: readonly number[]
}

interface Turn {
  readonly checkoutsPerSecond: number
  readonly readsPerSecond: number
  readonly cpuMsEach: number
}

/**
 * What all telemetry together costs the shop: two of them stand side by side, one with it and one without, and take
 * turns. While one has its turn, the other has nothing to do.
 */
export async function shopFigures(quick: boolean, report: (line: string) => void): Promise<Figure[]> {
  report('starting a shop with telemetry, and one without')
  await using observed = await openShop('on')
  await using silent = await openShop('off', observed.pids)
  // Many short turns: a machine that others use too is hardly the same for longer.
  const count = quick ? 7 : 31
  const durationMs = quick ? 1_000 : 2_000
  const on: Turn[] = []
  const off: Turn[] = []
  const sides = [
    { shop: observed, turns: on },
    { shop: silent, turns: off },
  ]
  for (let round = -warmUps; round < count; round++) {
    if (round % 5 === 0) report(`round ${round + 1} of ${count}`)
    // Who is first changes: the second finds warmer caches, and fuller disks.
    for (const { shop: side, turns } of round % 2 === 0 ? sides : sides.toReversed()) {
      const turn = await takeTurn(side, durationMs)
      if (round >= 0) turns.push(turn)
    }
  }
  return figures(on, off)
}

async function openShop(telemetry: 'on' | 'off', others: readonly number[] = []): Promise<Shop> {
  const directory = await mkdtemp(join(tmpdir(), 'ashlar-bench-'))
  await chmod(directory, 0o755)
  const said = Object.keys(shop.services).map((name) => [`${name.toUpperCase()}_TELEMETRY`, telemetry])
  // They read as fast as they can, too, and all from one address.
  const kinds = ['CUSTOMER_READ', 'ADDRESS_READ', 'ADDRESS_COSTLY']
  const reads = Object.fromEntries(kinds.map((kind) => [`GATEWAY_${kind}_BURST`, '1000000']))
  const env = { ...process.env, ...unlimited, ...reads, ...Object.fromEntries(said) }
  await using started = new AsyncDisposableStack()
  started.defer(() => rm(directory, { recursive: true, force: true }))
  const topology = started.use(await up(shop, { root, directory, ports: { gateway: await freePort() }, env }))
  const known = new Set([process.pid, ...others])
  const buyers = await signUp(topology.urls['gateway'] as string)
  const pids = (await familyOf(process.pid)).filter((pid) => !known.has(pid))
  const kept = started.move()
  return { buyers, pids, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

/** Checkouts for the first half of the time, reads for the second. */
async function takeTurn({ buyers, pids }: Shop, durationMs: number): Promise<Turn> {
  const cpuBefore = await cpuMsOf(pids)
  const begin = systemClock.now()
  const checkouts = (await buyFor(buyers, durationMs / 2)).length
  const middle = systemClock.now()
  const reads = await readFor(buyers, durationMs / 2)
  const end = systemClock.now()
  return {
    checkoutsPerSecond: (checkouts / (middle - begin)) * 1_000,
    readsPerSecond: (reads / (end - middle)) * 1_000,
    cpuMsEach: ((await cpuMsOf(pids)) - cpuBefore) / (checkouts + reads),
  }
}

/** Every customer looks at products, one after another, until the time is up. Returns how many were looked at. */
async function readFor(buyers: readonly Buyer[], durationMs: number): Promise<number> {
  const endMs = systemClock.now() + durationMs
  const counts = await Promise.all(
    buyers.map(async ({ client, products }) => {
      let count = 0
      for (; systemClock.now() < endMs; count++) {
        await client.call(
          'GET',
          count % readsEach === 0 ? '/api/products' : `/api/products/${products[count % products.length]}`,
        )
      }
      return count
    }),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

function figures(on: readonly Turn[], off: readonly Turn[]): Figure[] {
  const share = (of: (turn: Turn) => number): number[] => ratios(on.map(of), off.map(of))
  const checkouts = share((turn) => turn.checkoutsPerSecond)
  const reads = share((turn) => turn.readsPerSecond)
  const how = 'two shops in turns, each a process a service, telemetry on (metrics, traces, logs, exported) against off'
  return [
    {
      name: 'shop',
      unit: 'x without',
      // Of each kind as much: the geometric mean.
      rounds: checkouts.map((value, round) => Math.sqrt(value * (reads[round] as number))),
      limit: { atLeast: 0.9 },
      how: `${how}: throughput of checkouts and of reads, their geometric mean`,
    },
    { name: 'shop-checkouts', unit: 'x without', rounds: checkouts, how: `${how}: checkouts a second` },
    { name: 'shop-reads', unit: 'x without', rounds: reads, how: `${how}: products and pages of them a second` },
    {
      name: 'shop-cpu',
      unit: 'x without',
      rounds: share((turn) => turn.cpuMsEach),
      how: `${how}: processor time of an operation, over all processes, the clients not`,
    },
  ]
}
