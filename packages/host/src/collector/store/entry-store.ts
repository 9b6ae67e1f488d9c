import type { Entry } from './entry.ts'

/** Which entries are wanted; all that is said must hold. */
export interface EntryFilter {
  readonly service?: string | undefined
  /** Rank of at least this. */
  readonly minRank?: number | undefined
  readonly onlyErrors?: boolean
  /** Text in the content, which is JSON; A to Z are as a to z. */
  readonly containing?: string | undefined
  /** Ids of at least this. */
  readonly from?: number
  /** Ids below this. */
  readonly before: number
}

export interface FoundEntries {
  /** Newest first. */
  readonly entries: readonly Entry[]
  /** Where to go on: `before` of the next search; `undefined` when there is nothing further. */
  readonly next: number | undefined
}

/** Where entries are looked up: in memory, or in PostgreSQL. Both find the same. */
export interface EntryStore {
  /** Up to `limit` entries, newest first. May find fewer and say where to go on: one search has a bound. */
  find(filter: EntryFilter, limit: number): Promise<FoundEntries>
  /** All of a trace, up to `limit`, in the order of their arrival. */
  ofTrace(traceId: string, limit: number): Promise<Entry[]>
}

/** A to Z as a to z and nothing else: the same in every locale of every database. */
export function asciiLower(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** The text as it stands within JSON. */
export function withinJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** Whether an entry is one of those that are wanted. */
export function passes(entry: Entry, filter: EntryFilter): boolean {
  const { service, minRank, onlyErrors = false, containing, from = 0, before } = filter
  return (
    entry.id < before &&
    entry.id >= from &&
    (service === undefined || entry.service === service) &&
    (minRank === undefined || entry.rank >= minRank) &&
    (!onlyErrors || entry.hasError) &&
    (containing === undefined || asciiLower(entry.content).includes(asciiLower(withinJson(containing))))
  )
}
