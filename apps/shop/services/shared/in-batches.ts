const batchSize = 1_000

/** Forgets all there is to forget, a batch at a time. Returns how many. @param forget up to `limit`, and says how many. */
export async function inBatches(forget: (limit: number) => Promise<number>): Promise<number> {
  let total = 0
  let count: number
  do {
    count = await forget(batchSize)
    total += count
  } while (count === batchSize)
  return total
}
