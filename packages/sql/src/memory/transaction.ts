/** What stands for a transaction where data is kept in memory: it commits or not, and says so. */
export interface MemoryTransaction {
  /** Called when it has ended. In the order of registration when it committed, in reverse when it did not. */
  onEnd(listener: (committed: boolean) => void): void
  /** Resolves when it has ended. */
  readonly ended: Promise<void>
}

/**
 * Runs `work` as a transaction in memory: those who took part in it keep what they did when it resolves, and undo it
 * when it rejects. Transactions run side by side and see what the others have begun.
 */
export async function memoryTransaction<T>(work: (transaction: MemoryTransaction) => Promise<T>): Promise<T> {
  const listeners: ((committed: boolean) => void)[] = []
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const end = (committed: boolean): void => {
    for (const listener of committed ? listeners : listeners.toReversed()) listener(committed)
    resolve()
  }
  try {
    const result = await work({ onEnd: (listener) => void listeners.push(listener), ended })
    end(true)
    return result
  } catch (error) {
    end(false)
    throw error
  }
}
