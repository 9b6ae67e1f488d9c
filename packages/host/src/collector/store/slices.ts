import { sql, type Database } from '@ashlar/sql'
import { timeOf } from './entry-ids.ts'

export interface Retention {
  /** Tables and indexes together; exceeded by one slice at the most. */
  readonly maxBytes: number
  /** What is older than this is dropped; it may live longer by the age of one slice. */
  readonly maxAgeMs: number
}

/** What is sliced together, and dropped together: other lanes keep what they have. */
export interface Lane {
  readonly kind: string
  readonly tables: readonly string[]
}

interface Slice {
  readonly slice: number
  readonly openedMs: number
  readonly bytes: number
}

// Of what may be kept: the coarser the slices, the more is dropped at a time; the finer, the more tables are searched.
const slicesAtMost = 16

/** The parts that history is cut into: new entries go to the newest, and the oldest is dropped as a whole. */
export class Slices {
  readonly #db: Database
  readonly #lane: Lane
  readonly #retention: Retention
  #current: Slice
  #oldestMs: number
  /** Of all that is kept, as it was last looked at. */
  #bytes = 0
  #dropped = 0

  private constructor(db: Database, lane: Lane, retention: Retention, current: Slice) {
    this.#db = db
    this.#lane = lane
    this.#retention = retention
    this.#current = current
    this.#oldestMs = current.openedMs
  }

  /** Goes on with the newest slice that there is. */
  static async open(db: Database, lane: Lane, retention: Retention, nowMs: number): Promise<Slices> {
    const newest = (await allSlices(db, lane)).at(-1)
    const slices = new Slices(db, lane, retention, newest ?? (await addSlice(db, lane, nowMs)))
    await slices.tidy(nowMs)
    return slices
  }

  get current(): number {
    return this.#current.slice
  }

  /** When the oldest slice that there is was begun. Epoch, in milliseconds. */
  get oldestMs(): number {
    return this.#oldestMs
  }

  get stats(): { readonly bytes: number; readonly droppedSlices: number } {
    return { bytes: this.#bytes, droppedSlices: this.#dropped }
  }

  /** Says that so much has been written to the current slice. */
  grew(bytes: number): void {
    this.#current = { ...this.#current, bytes: this.#current.bytes + bytes }
    this.#bytes += bytes
  }

  /** Whether the current slice has grown as large, or as old, as one may. */
  isDue(nowMs: number): boolean {
    const { maxBytes, maxAgeMs } = this.#retention
    const { bytes, openedMs } = this.#current
    return bytes >= maxBytes / slicesAtMost || nowMs - openedMs >= maxAgeMs / slicesAtMost
  }

  /**
   * Begins a new slice when it is time to, and drops the oldest while there is too much, one after the other. Each is
   * one short statement, whatever is in it.
   */
  async tidy(nowMs: number): Promise<void> {
    let slices = await allSlices(this.#db, this.#lane)
    // What was written since the last time was counted by its length, and may have been compressed.
    this.#current = slices.at(-1) ?? this.#current
    // An empty one is as good as new, however old.
    if (this.isDue(nowMs) && (await this.#lastMs(this.#current)) !== undefined) {
      slices = [...slices, await addSlice(this.#db, this.#lane, nowMs)]
    }
    for (let oldest = slices[0]; slices.length > 1 && oldest !== undefined; oldest = slices[0]) {
      // Not by when the next one was opened: a collector that did not run opened none.
      const isOld = nowMs - ((await this.#lastMs(oldest)) ?? 0) > this.#retention.maxAgeMs
      if (!isOld && total(slices) <= this.#retention.maxBytes) break
      await this.#db.rows(sql`select drop_history_slice(${oldest.slice}, ${this.#lane.tables}::text[])`)
      this.#dropped += 1
      slices = slices.slice(1)
    }
    this.#current = slices.at(-1) as Slice
    this.#oldestMs = (slices[0] as Slice).openedMs
    this.#bytes = total(slices)
  }

  /** When the last entry of a slice came; `undefined` for an empty one. */
  async #lastMs({ slice }: Slice): Promise<number | undefined> {
    let last = 0
    for (const table of this.#lane.tables) {
      const { id } = await this.#db.one(
        sql<{ id: number }>`select coalesce(max(id), 0) as id from ${sql.id(table)} where slice = ${slice}`,
      )
      last = Math.max(last, id)
    }
    return last === 0 ? undefined : timeOf(last)
  }
}

function total(slices: readonly Slice[]): number {
  return slices.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Oldest first. */
function allSlices(db: Database, { kind, tables }: Lane): Promise<Slice[]> {
  return db.rows(sql<Slice>`
    select slice, opened_ms as "openedMs",
      (select coalesce(sum(pg_total_relation_size(format('%I', name || '_' || slice)::regclass)), 0)::int8
       from unnest(${tables}::text[]) as name) as bytes
    from history_slice where kind = ${kind} order by slice`)
}

async function addSlice(db: Database, { kind, tables }: Lane, nowMs: number): Promise<Slice> {
  const openedMs = Math.floor(nowMs)
  const { slice } = await db.one(
    sql<{ slice: number }>`select open_history_slice(${openedMs}, ${kind}, ${tables}::text[]) as slice`,
  )
  return { slice, openedMs, bytes: 0 }
}
