import {
  backoff,
  codeOf,
  orAborted,
  sleep,
  type AshlarError,
  type Clock,
  type Closeable,
  type Timer,
} from '@ashlar/kernel'
import { bytesOf } from './entry.ts'

export type WriteLossReason = 'queue-full' | 'refused' | 'closed'

/** Spans, log records or data points on their way into history. What was offered is written, lost or queued. */
export interface WriteStats {
  readonly written: number
  readonly queued: number
  readonly lost: Readonly<Record<WriteLossReason, number>>
}

/** What can be written: so many spans, log records or data points as text. */
export interface Writable {
  readonly count: number
  readonly about?: string
  readonly content: string
}

/** What it writes to. */
export interface WriteTarget<K extends string, E extends Writable> {
  add(entries: Readonly<Record<K, readonly E[]>>): Promise<void>
  tidy(): Promise<void>
  readonly isTidyDue: boolean
}

export interface HistoryWriterOptions<K extends string, E extends Writable> {
  readonly kinds: readonly K[]
  readonly target: WriteTarget<K, E>
  /** What may wait. What comes when there is as much is lost to history, and counted. @default 16 MiB */
  readonly maxQueueBytes?: number
  /** What goes into one statement. @default 1 MiB */
  readonly maxWriteBytes?: number
  /** How often what is too old is looked for when nothing is written. @default 60_000 */
  readonly tidyEveryMs?: number
  /** Called when what was written was refused: a defect of ours, unlike a database that is away. */
  readonly onRefused: (error: unknown) => void
  readonly clock: Clock
}

interface Waiting<K, E> {
  readonly kind: K
  readonly entry: E
}

class Counts {
  written = 0
  queued = 0
  readonly lost: Record<WriteLossReason, number> = { 'queue-full': 0, refused: 0, closed: 0 }

  get stats(): WriteStats {
    return { written: this.written, queued: this.queued, lost: { ...this.lost } }
  }
}

const maxEntries = 2_000

/**
 * Brings entries into history in the background, many in one statement. While the database is away they wait, as many
 * as fit. Nobody who reports waits for it.
 */
export class HistoryWriter<K extends string, E extends Writable> implements Closeable {
  readonly #options: Required<HistoryWriterOptions<K, E>>
  readonly #counts: Readonly<Record<K, Counts>>
  #queue: Waiting<K, E>[] = []
  #bytes = 0
  #writing: Promise<void> | undefined
  #timer: Timer | undefined
  readonly #stop = new AbortController()

  constructor(options: HistoryWriterOptions<K, E>) {
    this.#counts = ofEach(options.kinds, () => new Counts())
    this.#options = { maxQueueBytes: 16 * 1_024 * 1_024, maxWriteBytes: 1_024 * 1_024, tidyEveryMs: 60_000, ...options }
    this.#tidyLater()
  }

  get stats(): Readonly<Record<K, WriteStats>> {
    return ofEach(this.#options.kinds, (kind) => this.#counts[kind].stats)
  }

  /** Never waits and never throws. */
  offer(kind: K, entries: readonly E[]): void {
    const counts = this.#counts[kind]
    for (const entry of entries) {
      const bytes = bytesOf(entry)
      if (this.#stop.signal.aborted) counts.lost.closed += entry.count
      else if (this.#bytes + bytes > this.#options.maxQueueBytes) counts.lost['queue-full'] += entry.count
      else {
        this.#queue.push({ kind, entry })
        this.#bytes += bytes
        counts.queued += entry.count
      }
    }
    if (this.#queue.length > 0) this.#writing ??= this.#writeAll()
  }

  /** Resolves when all that waits has been written or lost. A database that is away is not waited for any longer. */
  async drain(signal: AbortSignal): Promise<void> {
    this.#timer?.cancel()
    this.#stop.abort()
    await orAborted(this.#writing ?? Promise.resolve(), signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.cancel()
    this.#stop.abort()
    this.#lose(this.#queue.splice(0), 'closed')
    await this.#writing
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const taken = this.#take()
      const reason = await this.#write(taken)
      if (reason !== undefined) this.#lose(taken, reason)
      else this.#settle(taken, (counts, count) => (counts.written += count))
    }
    this.#writing = undefined
  }

  #take(): Waiting<K, E>[] {
    let [end, bytes] = [0, 0]
    while (end < this.#queue.length && end < maxEntries) {
      bytes += bytesOf((this.#queue[end] as Waiting<K, E>).entry)
      if (end > 0 && bytes > this.#options.maxWriteBytes) break
      end += 1
    }
    return this.#queue.splice(0, end)
  }

  /** Why it was lost; `undefined` when it has been written. */
  async #write(taken: readonly Waiting<K, E>[]): Promise<WriteLossReason | undefined> {
    const { kinds, target, clock, onRefused } = this.#options
    const entries = ofEach(kinds, (kind) => taken.flatMap((one) => (one.kind === kind ? [one.entry] : [])))
    const nextDelayMs = backoff({ baseDelayMs: 100, maxDelayMs: 5_000 })
    for (;;) {
      try {
        if (target.isTidyDue) await target.tidy()
        await target.add(entries)
        return undefined
      } catch (error) {
        if (!isPassing(error)) {
          onRefused(error)
          return 'refused'
        }
        if (this.#stop.signal.aborted) return 'closed'
        await sleep(clock, nextDelayMs(), { signal: this.#stop.signal, background: true }).catch(() => undefined)
      }
    }
  }

  #lose(taken: readonly Waiting<K, E>[], reason: WriteLossReason): void {
    this.#settle(taken, (counts, count) => (counts.lost[reason] += count))
  }

  #settle(taken: readonly Waiting<K, E>[], count: (counts: Counts, count: number) => void): void {
    for (const { kind, entry } of taken) {
      this.#bytes -= bytesOf(entry)
      this.#counts[kind].queued -= entry.count
      count(this.#counts[kind], entry.count)
    }
  }

  #tidyLater(): void {
    const { clock, tidyEveryMs } = this.#options
    const tidy = (): void => {
      // After what is being written: a slice must not end under it.
      this.#writing ??= this.#tidy()
      this.#tidyLater()
    }
    this.#timer = clock.timer(tidyEveryMs, tidy, { background: true })
  }

  async #tidy(): Promise<void> {
    // A database that is away has nothing to tidy; it is tried again soon.
    await this.#options.target.tidy().catch((error: unknown) => {
      if (!isPassing(error)) this.#options.onRefused(error)
    })
    await this.#writeAll()
  }
}

function ofEach<K extends string, T>(kinds: readonly K[], value: (kind: K) => T): Record<K, T> {
  return Object.fromEntries(kinds.map((kind) => [kind, value(kind)])) as Record<K, T>
}

function isPassing(error: unknown): boolean {
  return codeOf(error)?.startsWith('ASHLAR_SQL_') === true && (error as AshlarError).retryable
}
