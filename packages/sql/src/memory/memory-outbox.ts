import { newId, systemClock, systemRandom, type Clock, type Random } from '@ashlar/kernel'
import type { Outbox } from '../outbox/outbox.ts'
import { prepare } from '../outbox/prepare.ts'
import {
  maxCounted,
  type Backlog,
  type FailedDelivery,
  type Found,
  type RelaySource,
  type StoredMessage,
  type Turn,
} from '../outbox/relay-source.ts'
import { Relay } from '../outbox/relay.ts'
import type { MemoryTransaction } from './transaction.ts'

interface Entry extends StoredMessage {
  attempts: number
  dueMs: number
  parked: boolean
  error: string
}

export interface MemoryOutboxOptions {
  /** @default 'default' */
  readonly name?: string
  readonly clock?: Clock
  readonly random?: Random
  /** Mints the ids of messages that have none. @default newId */
  readonly id?: () => string
}

/** An outbox for as long as the process lives: for tests and simulations. */
export function createMemoryOutbox(options: MemoryOutboxOptions = {}): Outbox<MemoryTransaction> {
  const { name = 'default', clock = systemClock, random = systemRandom, id: mint = newId } = options
  const store = new MemoryStore(name, clock)
  const parked = (): Entry[] => store.entries.filter((entry) => entry.parked)
  return {
    async put(transaction, messages) {
      const createdAtMs = clock.wall()
      const added = prepare(messages, mint).map(({ payload, ...message }) =>
        Object.assign(message, { payload: JSON.parse(JSON.stringify(payload)) as unknown, createdAtMs }),
      )
      // Not before: the order of messages is the order of commits.
      transaction.onEnd((committed) => {
        if (committed) store.add(added)
      })
    },
    relay: (handler, relayOptions = {}) => new Relay(new MemorySource(store), handler, relayOptions, { clock, random }),
    parked: async (limit = 100) =>
      parked()
        .slice(0, limit)
        .map(({ message, attempts, error }) => Object.assign(structuredClone(message), { attempts, error })),
    async redrive(id) {
      const entry = parked().find(({ message }) => message.id === id)
      if (entry === undefined) return false
      Object.assign(entry, { parked: false, attempts: 0, dueMs: -Infinity, error: '' })
      store.announce()
      return true
    },
    async discard(id) {
      const entry = parked().find(({ message }) => message.id === id)
      if (entry === undefined) return false
      store.remove([entry.position])
      store.announce()
      return true
    },
  }
}

/** The messages, whoever relays them. */
class MemoryStore {
  readonly outbox: string
  readonly clock: Clock
  entries: Entry[] = []
  /** The one that relays, until it closes. */
  owner: MemorySource | undefined
  readonly listeners = new Set<() => void>()
  #last = 0

  constructor(outbox: string, clock: Clock) {
    this.outbox = outbox
    this.clock = clock
  }

  add(messages: readonly StoredMessage['message'][]): void {
    for (const message of messages) {
      this.entries.push({ position: ++this.#last, attempts: 0, dueMs: -Infinity, parked: false, error: '', message })
    }
    this.announce()
  }

  remove(positions: readonly number[]): void {
    const gone = new Set(positions)
    this.entries = this.entries.filter(({ position }) => !gone.has(position))
  }

  announce(): void {
    for (const listener of this.listeners) listener()
  }
}

/** Its own turn, once it has it: until it closes. */
class MemorySource implements RelaySource, Turn {
  readonly outbox: string
  readonly #store: MemoryStore
  readonly #closed = new AbortController()

  constructor(store: MemoryStore) {
    this.#store = store
    this.outbox = store.outbox
  }

  get signal(): AbortSignal {
    return this.#closed.signal
  }

  async turn(): Promise<Turn | undefined> {
    this.#store.owner ??= this
    return this.#store.owner === this ? this : undefined
  }

  async next(limit: number, exceptKeys: readonly string[]): Promise<Found> {
    const { entries, clock } = this.#store
    const failed = entries.filter(({ attempts }) => attempts > 0)
    const held = failed.filter(({ parked, dueMs }) => parked || dueMs > clock.now())
    const passedOver = new Set([...exceptKeys, ...held.map(({ message }) => message.key)])
    const messages = entries
      .filter(({ message }) => !passedOver.has(message.key))
      .slice(0, limit)
      .map(({ position, attempts, message }) => ({ position, attempts, message: structuredClone(message) }))
    const waiting = failed.filter(({ parked, message }) => !parked && !exceptKeys.includes(message.key))
    const dueMs = Math.min(...waiting.map((entry) => entry.dueMs))
    const isLater = messages.length === 0 && dueMs < Infinity
    return { messages, dueInMs: isLater ? Math.max(0, dueMs - clock.now()) : undefined }
  }

  async settle(delivered: readonly number[], failed: readonly FailedDelivery[]): Promise<void> {
    this.#store.remove(delivered)
    for (const { position, attempt, error, delayMs, parked } of failed) {
      const entry = this.#store.entries.find((one) => one.position === position)
      if (entry === undefined) continue
      Object.assign(entry, { attempts: attempt, error, parked, dueMs: this.#store.clock.now() + delayMs })
    }
  }

  subscribe(look: () => void): Disposable {
    this.#store.listeners.add(look)
    return { [Symbol.dispose]: () => void this.#store.listeners.delete(look) }
  }

  async backlog(): Promise<Backlog> {
    const { entries, clock } = this.#store
    const held = new Set(entries.filter(({ parked }) => parked).map(({ message }) => message.key))
    const waiting = entries.filter(({ message }) => !held.has(message.key)).slice(0, maxCounted)
    const oldestAgeMs = waiting[0] && Math.max(0, clock.wall() - waiting[0].message.createdAtMs)
    return { messages: waiting.length, oldestAgeMs }
  }

  async close(): Promise<void> {
    this.#closed.abort()
    if (this.#store.owner !== this) return
    this.#store.owner = undefined
    this.#store.announce()
  }
}
