import { execFile } from 'node:child_process'
import { readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { randomInteger, systemRandom } from '@ashlar/kernel'
import { createClient, type Client } from '@ashlar/rpc'
import { up, type RunningTopology } from '@ashlar/host'
import shop from '../../../ashlar.config.ts'
import { PaymentService } from '../contracts/gen/shop/payment/v1/payment_pb.ts'
import { StockService, type StockLevel } from '../contracts/gen/shop/product/v1/product_pb.ts'
import { ShopClient } from './shop-client.ts'

export const root = join(import.meta.dirname, '../../..')

const meshKey = 'the-mesh-key-of-the-tests'
const bankKey = 'the-bank-key-of-the-tests'

/** An entry of the bank's books. */
export interface LedgerEntry {
  readonly kind: 'charge' | 'refund'
  readonly id: string
  readonly status?: string
  readonly description?: string
  readonly chargeId?: string
  readonly amountMinor: number
}

/** The whole shop, each service a process of its own, on a database server that is gone afterwards. */
export interface RunningShop {
  readonly url: string
  readonly topology: RunningTopology
  /** Its data directory: the `--directory` of command lines that are about it. */
  readonly directory: string
  readonly log: readonly string[]
  customer(): ShopClient
  /** Every product's stock, asked of the product service itself. */
  stock(): Promise<readonly StockLevel[]>
  /** All entries of the bank's books. */
  ledger(): Promise<readonly LedgerEntry[]>
  /** `percent` of the requests meet the mode, the others a normal bank. */
  setBank(mode: 'normal' | 'decline' | 'error' | 'error-after' | 'hang', percent?: number): Promise<void>
  /** How often the bank was asked for something, whatever it did then. */
  bankRequests(): Promise<number>
  /** The payment service itself, as the shop's other services reach it. */
  readonly payment: Client<typeof PaymentService>
  /** Says what a customer may do, as an operator does; from their next access token on. */
  setRole(email: string, role: 'customer' | 'merchant'): Promise<void>
  /** The mails that were sent to an address, oldest first. */
  mails(to: string): Promise<readonly string[]>
  /** Kills a service as `kill -9` does and resolves when it is back. */
  crash(service: string): Promise<void>
  stop(): Promise<void>
}

/** Starts the shop for one test file. `env` adds variables; `ORDER_LOG=debug` is for the order service alone. */
export async function startShop(env: Record<string, string> = {}): Promise<RunningShop> {
  const log: string[] = []
  const directory = join(root, '.ashlar', `test-${process.pid}`)
  const topology = await up(shop, {
    root,
    directory,
    ephemeral: true,
    ports: { gateway: await freePort() },
    env: { ...process.env, ASHLAR_MESH_KEY: meshKey, BANK_KEY: bankKey, ...env },
    onLine: ({ service, text }) => void log.push(`${service} ${text}`),
  })
  const stockClient = createClient(StockService, { name: 'product', baseUrl: urlOf(topology, 'product'), meshKey })
  const payment = createClient(PaymentService, { name: 'payment', baseUrl: urlOf(topology, 'payment'), meshKey })
  const bank = bankOperator(urlOf(topology, 'bank'))
  return {
    url: urlOf(topology, 'gateway'),
    topology,
    directory,
    log,
    customer: () => new ShopClient(urlOf(topology, 'gateway')),
    stock: () => allStock(stockClient),
    ledger: bank.ledger,
    setBank: bank.setMode,
    bankRequests: bank.requests,
    payment,
    setRole: (email, role) => setRole(directory, { email, role }),
    mails: (to) => mailsIn(join(directory, 'ephemeral-files/user/mail'), to),
    async crash(service) {
      const { pid } = topology.service(service)
      if (pid === undefined) throw new Error(`${service} is not running`)
      process.kill(pid, 'SIGKILL')
      await topology.waitFor(service, { otherThanPid: pid, signal: AbortSignal.timeout(30_000) })
    },
    async stop() {
      await Promise.all([stockClient[Symbol.asyncDispose](), payment[Symbol.asyncDispose]()])
      await topology.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function allStock(client: Client<typeof StockService>): Promise<readonly StockLevel[]> {
  return (await client.getStock({})).levels
}

interface BankOperator extends Pick<RunningShop, 'ledger'> {
  readonly setMode: RunningShop['setBank']
  readonly requests: RunningShop['bankRequests']
}

function bankOperator(url: string): BankOperator {
  const headers = { authorization: `Bearer ${bankKey}`, 'content-type': 'application/json' }
  return {
    async ledger() {
      const entries: LedgerEntry[] = []
      for (let after: number | null = 0; after !== null;) {
        const response = await fetch(`${url}/ledger?after=${after}&limit=500`, { headers })
        const page = (await response.json()) as { entries: LedgerEntry[]; next: number | null }
        entries.push(...page.entries)
        after = page.next
      }
      return entries
    },
    async requests() {
      const response = await fetch(`${url}/behaviour`, { headers })
      return ((await response.json()) as { requests: number }).requests
    },
    async setMode(mode, percent = 100) {
      const body = JSON.stringify({ mode, percent })
      const response = await fetch(`${url}/behaviour`, { method: 'PUT', headers, body })
      if (response.status !== 200) throw new Error(`the bank answered ${response.status}: ${await response.text()}`)
    },
  }
}

const run = promisify(execFile)

async function setRole(directory: string, { email, role }: { email: string; role: string }): Promise<void> {
  const cli = ['--conditions=ashlar:source', join(root, 'packages/host/src/cli.ts')]
  const action = ['user', 'set-role', '--email', email, '--role', role, '--yes', '--directory', directory]
  await run(process.execPath, [...cli, ...action], { cwd: root })
}

/** Mails are files, named so that their order is that in which they were written. */
async function mailsIn(directory: string, to: string): Promise<readonly string[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.eml')).toSorted()
  const mails = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')))
  return mails.filter((mail) => mail.includes(`\r\nTo: ${to}\r\n`))
}

function urlOf(topology: RunningTopology, service: string): string {
  const url = topology.urls[service]
  if (url === undefined) throw new Error(`there is no service ${service}`)
  return url
}

// Below those that the host chooses from, and those that systems give to outgoing connections and to who asks for any:
// what starts between the look at a port and its use does not get it.
const lowestPort = 10_000
const highestPort = 19_999

/** A port that is free now. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 1_000; tries++) {
    const port = lowestPort + randomInteger(systemRandom, highestPort - lowestPort + 1)
    if (await isFree(port)) return port
  }
  throw new Error(`no port of ${lowestPort} to ${highestPort} is free`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
}
