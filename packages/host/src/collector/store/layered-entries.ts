import { codeOf, type AshlarError } from '@ashlar/kernel'
import type { Entry } from './entry.ts'
import type { EntryFilter, EntryStore, FoundEntries } from './entry-store.ts'
import type { RecentEntries } from './recent-entries.ts'

/** Memory first, and history for what is older than memory reaches; while the database is away, memory alone. */
export class LayeredEntries implements EntryStore {
  readonly #recent: RecentEntries
  readonly #history: EntryStore | undefined

  constructor(recent: RecentEntries, history: EntryStore | undefined) {
    this.#recent = recent
    this.#history = history
  }

  async find(filter: EntryFilter, limit: number): Promise<FoundEntries> {
    // Taken before the search: what memory forgets meanwhile is found in history.
    const { oldestId } = this.#recent
    const recent = await this.#recent.find(filter, limit)
    if (recent.next !== undefined || this.#history === undefined) return recent
    const before = Math.min(filter.before, oldestId)
    const left = limit - recent.entries.length
    if (left === 0) return { ...recent, next: before }
    const older = await this.#history
      .find({ ...filter, before }, left)
      .catch(orNothing({ entries: [], next: undefined }))
    return { entries: [...recent.entries, ...older.entries], next: older.next }
  }

  async ofTrace(traceId: string, limit: number): Promise<Entry[]> {
    // Both: a part of the trace may be older than memory reaches, another not be written yet.
    const recent = await this.#recent.ofTrace(traceId, limit)
    const older = (await this.#history?.ofTrace(traceId, limit).catch(orNothing([]))) ?? []
    const known = new Set(recent.map(({ id }) => id))
    return [...older.filter(({ id }) => !known.has(id)), ...recent].sort((a, b) => a.id - b.id).slice(0, limit)
  }
}

/** Answers so while the database is away; what is wrong with a question is said all the same. */
export function orNothing<T>(nothing: T): (error: unknown) => T {
  return (error) => {
    if (codeOf(error)?.startsWith('ASHLAR_SQL_') === true && (error as AshlarError).retryable) return nothing
    throw error
  }
}
