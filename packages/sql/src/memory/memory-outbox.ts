import { newId, systemClock, systemRandom, type Clock, type Random } from '@ashlar/kernel'
import type { NewMessage } from '../outbox/message.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { FailedDelivery, RelaySource, StoredMessage, Turn } from '../outbox/relay-source.ts'
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
      const added = messages.map((message) => snapshot(message, mint, clock.wall()))
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

function snapshot(message: NewMessage, mint: () => string, createdAtMs: number): StoredMessage['message'] {
  const { id = mint(), key, type, headers = {} } = message
  const payload: unknown = JSON.parse(JSON.stringify(message.payload))
  return { id, key, type, payload, headers: { ...headers }, createdAtMs }
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

class MemorySource implements RelaySource {
  readonly outbox: string
  readonly #store: MemoryStore
  readonly #closed = new AbortController()

  constructor(store: MemoryStore) {
    this.#store = store
    this.outbox = store.outbox
  }

  async next(limit: number): Promise<Turn> {
    const { entries, clock } = this.#store
    const messages: StoredMessage[] = []
    this.#store.owner ??= this
    if (this.#store.owner !== this) return { messages, signal: this.#closed.signal }
    const held = new Set<string>()
    for (const { position, attempts, message, parked, dueMs } of entries) {
      if (messages.length === limit) break
      if (parked || dueMs > clock.now()) held.add(message.key)
      if (!held.has(message.key)) messages.push({ position, attempts, message: structuredClone(message) })
    }
    const dueMs = Math.min(
      ...entries.filter(({ parked, attempts }) => !parked && attempts > 0).map((entry) => entry.dueMs),
    )
    const dueInMs = dueMs === Infinity ? undefined : Math.max(0, dueMs - clock.now())
    return { messages, signal: this.#closed.signal, dueInMs }
  }

  async settle(delivered: readonly number[], failed: readonly FailedDelivery[]): Promise<void> {
    this.#store.remove(delivered)
    for (const { position, error, delayMs, parked } of failed) {
      const entry = this.#store.entries.find((one) => one.position === position)
      if (entry === undefined) continue
      entry.attempts++
      Object.assign(entry, { error, parked, dueMs: this.#store.clock.now() + delayMs })
    }
  }

  subscribe(look: () => void): Disposable {
    this.#store.listeners.add(look)
    return { [Symbol.dispose]: () => void this.#store.listeners.delete(look) }
  }

  async close(): Promise<void> {
    this.#closed.abort()
    if (this.#store.owner !== this) return
    this.#store.owner = undefined
    this.#store.announce()
  }
}
