import { sleep, type Clock } from '@ashlar/kernel'
import { exponentialDelay, type Weather } from '@ashlar/testing/network'
import { bankModes, type BankMode, type Misbehaviour } from '../services/bank/behaviour.ts'
import type { Chance } from './chance.ts'
import type { RunHistory } from './history.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { VirtualHttp } from './virtual-http.ts'

export interface ChaosOptions {
  readonly clock: Clock
  readonly chance: Chance
  readonly http: VirtualHttp
  readonly processes: readonly SimulatedProcess[]
  readonly history: RunHistory
  /** How the bank that runs now behaves. */
  readonly mood: () => Misbehaviour | undefined
}

/** An ordinary day: now and then something is lost, comes twice, or comes when nobody counts on it any more. */
const ordinary: Weather = {
  delayMs: exponentialDelay(3, 100),
  drop: 0.005,
  duplicate: 0.02,
  reorder: 0.02,
  reorderMs: 25_000,
}
const storm: Weather = {
  delayMs: exponentialDelay(60, 3_000),
  drop: 0.1,
  duplicate: 0.1,
  reorder: 0.1,
  reorderMs: 25_000,
}
const fine: Weather = { ...ordinary, drop: 0, duplicate: 0, reorder: 0 }
const ordinaryFailure = 0.002

/** What goes wrong in a run, until it is told that it is enough: as the seed says, one trouble or several at a time. */
export class Chaos {
  readonly #options: ChaosOptions
  /** Probability that a statement fails. */
  storageFailure = ordinaryFailure
  #isOver = false

  constructor(options: ChaosOptions) {
    this.#options = options
    options.http.network.change(ordinary)
  }

  async rage(): Promise<void> {
    const { clock, chance } = this.#options
    const troubles = [
      () => this.#kill(),
      () => this.#killAtPoint(),
      () => this.#killAtPoint(),
      () => this.#stall(),
      () => this.#partition(),
      () => this.#storm(),
      () => this.#bankMood(),
      () => this.#bankMood(),
      () => this.#storageTrouble(),
    ]
    for (;;) {
      await sleep(clock, chance.between(100, 2_500))
      if (this.#isOver) return
      chance.pick(troubles)()
    }
  }

  /** Ends every trouble, and lets none come any more. */
  end(): void {
    const { http, processes, mood } = this.#options
    this.#isOver = true
    this.storageFailure = 0
    http.network.heal()
    http.network.change(fine)
    for (const process of processes) {
      process.killAtPoint(Infinity)
      process.goOn()
      if (!process.isUp) process.start()
    }
    mood()?.set({ mode: 'normal', delayMs: 0 })
    this.#note('ends')
  }

  /** Starts a killed process again, sooner or later. */
  revive(process: SimulatedProcess): void {
    this.#for(50, 8_000, () => process.start())
  }

  #kill(): void {
    this.#options.chance.pick(this.#options.processes).kill()
  }

  #killAtPoint(): void {
    const { chance, processes } = this.#options
    const process = chance.pick(processes)
    const points = chance.integer(1, 40)
    this.#note('will kill at a point', { process: process.name, points })
    process.killAtPoint(points)
  }

  #stall(): void {
    const process = this.#options.chance.pick(this.#options.processes)
    process.stall()
    this.#for(200, 20_000, () => process.goOn())
  }

  #partition(): void {
    const { chance, http, processes } = this.#options
    const names = processes.map(({ name }) => name)
    const apart = chance.sample(names, chance.integer(1, 3))
    if (chance.happens(0.5)) {
      this.#note('parts', { apart })
      http.network.partition(apart)
    } else {
      const [from, to] = chance.sample(names, 2) as [string, string]
      this.#note('cuts', { from, to })
      http.network.cut(from, to)
    }
    this.#for(200, 9_000, () => http.network.heal())
  }

  #storm(): void {
    this.#note('brews a storm')
    this.#options.http.network.change(storm)
    this.#for(1_000, 10_000, () => this.#options.http.network.change(ordinary))
  }

  #bankMood(): void {
    const { chance, mood } = this.#options
    const mode: BankMode = chance.pick(bankModes)
    const delayMs = chance.happens(0.4) ? chance.integer(100, 5_000) : 0
    this.#note('sets the bank', { mode, delayMs })
    mood()?.set({ mode, delayMs })
    this.#for(500, 6_000, () => mood()?.set({ mode: 'normal', delayMs: 0 }))
  }

  #storageTrouble(): void {
    this.#note('disturbs the databases')
    this.storageFailure = 0.15
    this.#for(300, 3_000, () => (this.storageFailure = ordinaryFailure))
  }

  #for(minMs: number, maxMs: number, end: () => void): void {
    const { clock, chance } = this.#options
    clock.timer(chance.between(minMs, maxMs), () => {
      if (!this.#isOver) end()
    })
  }

  #note(what: string, facts?: object): void {
    this.#options.history.add('chaos', what, facts)
  }
}
