import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@ashlar/kernel'
import { up, type RunningTopology } from '@ashlar/host'
import shop from '../../ashlar.config.ts'
import { ShopClient, type Product } from '../../apps/shop/test/shop-client.ts'
import { freePort } from '../../apps/shop/test/running-shop.ts'
import { cpuMs, familyOf } from '../../tools/processes.ts'
import { quantile, type Area, type Figure } from '../figure.ts'

const clientCount = 8
const root = join(import.meta.dirname, '../..')

// Eight clients buy as fast as they can, which no customer may.
export const unlimited: Readonly<Record<string, string>> = {
  GATEWAY_CUSTOMER_WRITE_BURST: '1000000',
  GATEWAY_CUSTOMER_COSTLY_BURST: '1000000',
}

/** Checkouts end to end: public API to bank and back, each service a process, PostgreSQL with fsync on. */
export const shopArea: Area = {
  name: 'shop',
  async measure({ quick, report }) {
    const directory = await mkdtemp(join(tmpdir(), 'ashlar-bench-'))
    await chmod(directory, 0o755)
    const ports = { gateway: await freePort() }
    const topology = await up(shop, { root, directory, ports, env: { ...process.env, ...unlimited } })
    try {
      report('signing up and filling carts')
      const buyers = await signUp(topology.urls.gateway as string)
      await buyFor(buyers, 2_000)
      const rounds: Round[] = []
      const count = quick ? 5 : 9
      for (let round = 1; round <= count; round++) {
        report(`round ${round} of ${count}`)
        rounds.push(await measureRound(topology, buyers, quick ? 3_000 : 8_000))
      }
      return figures(rounds)
    } finally {
      await topology.stop()
      await rm(directory, { recursive: true, force: true })
    }
  },
}

export interface Buyer {
  readonly client: ShopClient
  readonly card: string
  readonly products: readonly string[]
}

interface Round {
  readonly perSecond: number
  readonly latenciesMs: readonly number[]
  readonly cpuMsEach: number
}

export async function signUp(url: string): Promise<readonly Buyer[]> {
  const products = await wellStocked(new ShopClient(url))
  const share = Math.floor(products.length / clientCount)
  const buyers: Buyer[] = []
  for (let index = 0; index < clientCount; index++) {
    const client = new ShopClient(url)
    await client.register()
    // Each its own products: what is measured is the way of an order, not a queue for one shelf.
    const own = products.slice(index * share, (index + 1) * share)
    buyers.push({ client, card: await client.cardToken(), products: own })
  }
  return buyers
}

/** Ids of products that will not run out, from all of the catalogue. */
async function wellStocked(client: ShopClient): Promise<readonly string[]> {
  const ids: string[] = []
  for (let pageToken = ''; ;) {
    const path = `/api/products?inStock=true&pageSize=60&pageToken=${encodeURIComponent(pageToken)}`
    const page = await client.call<{ products: readonly Product[]; nextPageToken: string }>('GET', path)
    ids.push(...page.products.filter(({ available }) => available > 50).map(({ id }) => id))
    if (page.nextPageToken === '') return ids
    pageToken = page.nextPageToken
  }
}

/** Every buyer buys, one purchase after another, until the time is up. Returns how long each checkout took. */
export async function buyFor(buyers: readonly Buyer[], durationMs: number): Promise<number[]> {
  const endMs = systemClock.now() + durationMs
  const latencies = await Promise.all(buyers.map((buyer) => buyUntil(buyer, endMs)))
  return latencies.flat()
}

async function buyUntil({ client, card, products }: Buyer, endMs: number): Promise<number[]> {
  const latencies: number[] = []
  for (let bought = 0; systemClock.now() < endMs; bought++) {
    await client.setCartItem(products[bought % products.length] as string, 1)
    const begin = systemClock.now()
    const { status } = await client.placeOrder(card, randomUUID())
    // A checkout that is refused for lack of stock does less work; it would flatter the figure.
    if (status === 'ORDER_STATUS_PAID') latencies.push(systemClock.now() - begin)
    else if (status !== 'ORDER_STATUS_REFUSED') throw new Error(`a checkout ended as ${status}`)
  }
  return latencies
}

async function measureRound(topology: RunningTopology, buyers: readonly Buyer[], durationMs: number): Promise<Round> {
  const pids = [...(await familyOf(process.pid))].filter((pid) => pid !== process.pid)
  const cpuBefore = await cpuMsOf(pids)
  const begin = systemClock.now()
  const latenciesMs = await buyFor(buyers, durationMs)
  const tookMs = systemClock.now() - begin
  if (topology.postgres() === undefined) throw new Error('the embedded PostgreSQL is not running')
  return {
    perSecond: (latenciesMs.length / tookMs) * 1_000,
    latenciesMs,
    cpuMsEach: ((await cpuMsOf(pids)) - cpuBefore) / latenciesMs.length,
  }
}

/** Processor time that processes have used so far, in milliseconds. */
export async function cpuMsOf(pids: readonly number[]): Promise<number> {
  const used = await Promise.all(pids.map(cpuMs))
  return used.reduce((sum, ms) => sum + ms, 0)
}

function figures(rounds: readonly Round[]): Figure[] {
  const how = `${clientCount} clients, each sets one cart line and checks out, over HTTP, fsync and synchronous_commit on`
  return [
    { name: 'checkouts', unit: '1/s', rounds: rounds.map(({ perSecond }) => perSecond), how },
    { name: 'latency-p50', unit: 'ms', rounds: rounds.map(({ latenciesMs }) => quantile(latenciesMs, 0.5)), how },
    { name: 'latency-p99', unit: 'ms', rounds: rounds.map(({ latenciesMs }) => quantile(latenciesMs, 0.99)), how },
    {
      name: 'cpu',
      unit: 'ms/checkout',
      rounds: rounds.map(({ cpuMsEach }) => cpuMsEach),
      how: `${how}; user and system time of the services and PostgreSQL, the cart included, the clients not`,
    },
  ]
}
