import type { Clock, Timer } from '@ashlar/kernel'
import type { RequestBuilder } from '../request-builder.ts'
import type { OtlpSignal } from '../signal.ts'
import { exportDone, type ExportLossReason } from './events.ts'
import { LossReport } from './loss-report.ts'
import type { Sender } from './sender.ts'

/** How one signal's export stands. */
export interface ExportStats {
  /** Waiting or on the way. */
  readonly queuedItems: number
  readonly queuedBytes: number
  /** Taken by the receiver since the start. */
  readonly exported: number
  readonly lost: Readonly<Record<ExportLossReason, number>>
}

export interface QueueLimits {
  readonly delayMs: number
  readonly maxBatchItems: number
  readonly maxBatchBytes: number
  readonly maxQueueItems: number
  readonly maxQueueBytes: number
  readonly clock: Clock
}

interface Batch {
  readonly body: Buffer
  readonly items: number
}

/** One signal on its way out: encoded as it comes, sent one batch after the other. */
export class ExportQueue<T> {
  readonly #signal: OtlpSignal<T>
  readonly #builder: RequestBuilder<T>
  readonly #sender: Sender
  readonly #limits: QueueLimits
  readonly #losses: LossReport
  readonly #ready: Batch[] = []
  /** Of batches that are ready or on the way. */
  #sealedItems = 0
  #sealedBytes = 0
  #exported = 0
  readonly #lost: Record<ExportLossReason, number> = {
    'queue-full': 0,
    invalid: 0,
    rejected: 0,
    'partial-success': 0,
    'gave-up': 0,
    closed: 0,
  }
  #timer: Timer | undefined
  #sending: Promise<void> | undefined
  #isClosed = false

  constructor(signal: OtlpSignal<T>, builder: RequestBuilder<T>, sender: Sender, limits: QueueLimits) {
    this.#signal = signal
    this.#builder = builder
    this.#sender = sender
    this.#limits = limits
    this.#losses = new LossReport(signal.name, limits.clock)
  }

  get stats(): ExportStats {
    return {
      queuedItems: this.#sealedItems + this.#builder.items,
      queuedBytes: this.#sealedBytes + this.#builder.bytes,
      exported: this.#exported,
      lost: { ...this.#lost },
    }
  }

  /** Never throws. */
  add(record: T): void {
    const items = this.#signal.weigh(record)
    const reason = this.#refusal(items)
    if (reason !== undefined) {
      this.#lose(reason, items)
      return
    }
    try {
      this.#builder.add(record)
    } catch {
      this.#lose('invalid', items)
      return
    }
    const { delayMs, maxBatchItems, maxBatchBytes, clock } = this.#limits
    if (this.#builder.items >= maxBatchItems || this.#builder.bytes >= maxBatchBytes) this.#seal()
    else this.#timer ??= clock.timer(delayMs, () => this.#seal(), { background: true })
  }

  /** Takes nothing more. Resolves when all that was taken has been sent or lost. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#seal()
    await this.#sending
    this.#losses.close()
  }

  #refusal(items: number): ExportLossReason | undefined {
    if (this.#isClosed) return 'closed'
    const { maxQueueItems, maxQueueBytes } = this.#limits
    const isFull =
      this.#sealedItems + this.#builder.items + items > maxQueueItems ||
      this.#sealedBytes + this.#builder.bytes >= maxQueueBytes
    return isFull ? 'queue-full' : undefined
  }

  #seal(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const { items } = this.#builder
    if (items === 0) return
    const body = this.#builder.take()
    this.#ready.push({ body, items })
    this.#sealedItems += items
    this.#sealedBytes += body.length
    this.#sending ??= this.#sendAll()
  }

  async #sendAll(): Promise<void> {
    for (let batch = this.#ready.shift(); batch !== undefined; batch = this.#ready.shift()) {
      await this.#send(batch)
      this.#sealedItems -= batch.items
      this.#sealedBytes -= batch.body.length
    }
    this.#sending = undefined
  }

  async #send({ body, items }: Batch): Promise<void> {
    const { clock } = this.#limits
    const startMs = clock.now()
    const outcome = await this.#sender.send(this.#signal, body)
    if (outcome.kind === 'lost') {
      this.#lose(outcome.reason, items, outcome.why)
      return
    }
    const rejected = Math.min(outcome.rejected, items)
    if (rejected > 0) this.#lose('partial-success', rejected)
    this.#exported += items - rejected
    if (!exportDone.hasSubscribers) return
    const { attempts, bytes } = outcome
    const signal = this.#signal.name
    exportDone.publish({ signal, items: items - rejected, bytes, attempts, durationMs: clock.now() - startMs })
  }

  #lose(reason: ExportLossReason, items: number, why?: string): void {
    this.#lost[reason] += items
    this.#losses.add(reason, items, why)
  }
}
