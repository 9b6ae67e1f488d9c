import type { Clock } from '@ashlar/kernel'
import type { Misbehaviour } from '../services/bank/behaviour.ts'
import type { Catalogue } from '../services/product/product.ts'
import { Chance } from './chance.ts'
import { Chaos } from './chaos.ts'
import type { RunHistory } from './history.ts'
import type { Plant } from './plants.ts'
import { shopServices } from './services.ts'
import { SimulatedProcess } from './simulated-process.ts'
import { openStores, type Stores } from './stores.ts'
import { VirtualHttp } from './virtual-http.ts'

export interface ShopOptions {
  readonly seed: number
  readonly clock: Clock
  readonly history: RunHistory
  readonly catalogue: Catalogue
  readonly plant: Plant
  /** Told of every statement that has taken effect. */
  readonly onStored: (statement: string) => void
}

export interface SimulatedShop {
  readonly stores: Stores
  readonly http: VirtualHttp
  readonly chaos: Chaos
  readonly processesOf: (service: string) => readonly string[]
  /** Ends every process. */
  close(): void
}

/** Two of each service of the shop, so that they get into each other's way. */
const processNames = ['bank-1', 'product-1', 'product-2', 'payment-1', 'payment-2', 'order-1', 'order-2']

/** The shop and the bank in one process, on a virtual network. */
export async function openSimulatedShop(options: ShopOptions): Promise<SimulatedShop> {
  const { seed, clock, history, plant, onStored } = options
  const http = new VirtualHttp({
    clock,
    seed,
    onEvent({ id, from, to, kind, reason }, what) {
      history.add(from, `> ${to} #${id} ${what} ${kind}${reason === undefined ? '' : ` (${reason})`}`)
    },
  })
  const stores = await openStores(options.catalogue, plant, clock)
  let mood: Misbehaviour | undefined
  const services = shopServices(stores, plant, (started) => (mood = started))
  const processesOf = (service: string): readonly string[] =>
    processNames.filter((name) => name.startsWith(`${service}-`))
  const processes = processNames.map((name): SimulatedProcess => {
    const start = services[name.split('-')[0] as keyof typeof services]
    return new SimulatedProcess({
      name,
      start,
      seed,
      clock,
      http,
      history,
      processesOf,
      storageFailure: () => chaos.storageFailure,
      onStored,
      onKilled: (process) => chaos.revive(process),
    })
  })
  const chance = new Chance(seed, 'chaos')
  const chaos: Chaos = new Chaos({ clock, chance, http, processes, history, mood: () => mood })
  for (const process of processes) process.start()
  return {
    stores,
    http,
    chaos,
    processesOf,
    close() {
      for (const process of processes) process.kill()
    },
  }
}
