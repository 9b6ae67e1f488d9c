import { systemClock, type Clock } from '@ashlar/kernel'
import { recorded, withinItself, type Dedupe } from '../dedupe/dedupe.ts'
import { messageRepeated } from '../dedupe/events.ts'
import type { MemoryTransaction } from './transaction.ts'

interface Entry {
  readonly transaction: MemoryTransaction
  readonly atMs: number
  committed: boolean
  result: { readonly value?: unknown } | undefined
}

/** Remembers messages for as long as the process lives: for tests and simulations. */
export function createMemoryDedupe(options: { clock?: Clock } = {}): Dedupe<MemoryTransaction> {
  const { clock = systemClock } = options
  const entries = new Map<string, Entry>()
  return {
    async once<T>(
      transaction: MemoryTransaction,
      consumer: string,
      messageId: string,
      work: (transaction: MemoryTransaction) => Promise<T>,
    ): Promise<T> {
      const key = JSON.stringify([consumer, messageId])
      for (let entry = entries.get(key); entry !== undefined; entry = entries.get(key)) {
        if (entry.committed || entry.transaction === transaction) {
          if (entry.result === undefined) throw withinItself(consumer, messageId)
          if (messageRepeated.hasSubscribers) messageRepeated.publish({ consumer, messageId })
          return structuredClone(entry.result.value) as T
        }
        await entry.transaction.ended
      }
      const entry: Entry = { transaction, atMs: clock.wall(), committed: false, result: undefined }
      entries.set(key, entry)
      transaction.onEnd((committed) => {
        entry.committed = committed
        if (!committed && entries.get(key) === entry) entries.delete(key)
      })
      try {
        entry.result = recorded(await work(transaction))
        return structuredClone(entry.result.value) as T
      } catch (error) {
        entries.delete(key)
        throw error
      }
    },
    async purge({ olderThanMs, limit = 10_000 }) {
      const beforeMs = clock.wall() - olderThanMs
      const old = [...entries].filter(([, { committed, atMs }]) => committed && atMs < beforeMs).slice(0, limit)
      for (const [key] of old) entries.delete(key)
      return old.length
    },
  }
}
