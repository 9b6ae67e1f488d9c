import { bytesOf, type Entry } from './entry.ts'
import { passes, type EntryFilter, type EntryStore, type FoundEntries } from './entry-store.ts'

// One search looks at no more than these: nobody waits for it while it does.
const maxLookedAt = 5_000
/** More entries of one trace are found by searches alone. */
const maxOfTrace = 1_000

/** The newest entries, in memory, as many as fit. The oldest make room. Adding is O(1) but for that. */
export class RecentEntries implements EntryStore {
  readonly #maxBytes: number
  /** In the order of ids; before `#first` they are gone. */
  #entries: (Entry | undefined)[] = []
  #first = 0
  #bytes = 0
  #count = 0
  readonly #byTrace = new Map<string, Entry[]>()

  /** @throws {RangeError} */
  constructor(maxBytes: number) {
    if (!(maxBytes > 0 && maxBytes < Infinity)) {
      throw new RangeError(`RecentEntries: maxBytes must be a positive number, got ${maxBytes}`)
    }
    this.#maxBytes = maxBytes
  }

  /** What is held: spans or log records, and about how many bytes. */
  get size(): { readonly count: number; readonly bytes: number } {
    return { count: this.#count, bytes: this.#bytes }
  }

  /** Everything with at least this id is here; `Infinity` when nothing is. */
  get oldestId(): number {
    return this.#entries[this.#first]?.id ?? Infinity
  }

  /** Their ids are higher than all before. */
  add(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#entries.push(entry)
      this.#bytes += bytesOf(entry)
      this.#count += entry.count
      if (entry.traceId === '') continue
      const ofTrace = this.#byTrace.get(entry.traceId)
      if (ofTrace === undefined) this.#byTrace.set(entry.traceId, [entry])
      else if (ofTrace.length < maxOfTrace) ofTrace.push(entry)
    }
    while (this.#bytes > this.#maxBytes) this.#forgetOldest()
  }

  async find(filter: EntryFilter, limit: number): Promise<FoundEntries> {
    const found: Entry[] = []
    const end = this.#indexOf(filter.before)
    const stop = Math.max(this.#indexOf(filter.from ?? 0), end - maxLookedAt)
    for (let at = end - 1; at >= stop; at--) {
      const entry = this.#entries[at] as Entry
      if (passes(entry, filter)) found.push(entry)
      if (found.length === limit) return { entries: found, next: at > this.#first ? entry.id : undefined }
    }
    const isCut = stop === end - maxLookedAt && stop > this.#first
    return { entries: found, next: isCut ? (this.#entries[stop] as Entry).id : undefined }
  }

  async ofTrace(traceId: string, limit: number): Promise<Entry[]> {
    return this.#byTrace.get(traceId)?.slice(0, limit) ?? []
  }

  #forgetOldest(): void {
    const entry = this.#entries[this.#first] as Entry
    this.#entries[this.#first] = undefined
    this.#first += 1
    this.#bytes -= bytesOf(entry)
    this.#count -= entry.count
    const ofTrace = this.#byTrace.get(entry.traceId)
    if (ofTrace?.[0] === entry) ofTrace.shift()
    if (ofTrace?.length === 0) this.#byTrace.delete(entry.traceId)
    // Moved when half is gone, so that each entry is moved once on average.
    if (this.#first < 1_024 || this.#first < this.#entries.length / 2) return
    this.#entries = this.#entries.slice(this.#first)
    this.#first = 0
  }

  /** Of the first entry whose id is `id` or more. */
  #indexOf(id: number): number {
    let [low, high] = [this.#first, this.#entries.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#entries[middle] as Entry).id < id) low = middle + 1
      else high = middle
    }
    return low
  }
}
