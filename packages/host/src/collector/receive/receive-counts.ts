import type { OtlpLosses } from '@ashlar/telemetry/otlp'

/** What became of the spans, data points or log records that were sent. */
export interface ReceiveStats {
  readonly requests: number
  /** Requests that were not taken at all, by status. */
  readonly refusedRequests: Readonly<Record<string, number>>
  readonly accepted: number
  /** Told to the sender. */
  readonly rejected: number
  /** Attributes, events and texts that were left out or cut of what was accepted. */
  readonly cut: number
}

/** Counts what was received of one signal. */
export class ReceiveCounts {
  #requests = 0
  readonly #refused = new Map<string, number>()
  #accepted = 0
  #rejected = 0
  #cut = 0

  get stats(): ReceiveStats {
    return {
      requests: this.#requests,
      refusedRequests: Object.fromEntries(this.#refused),
      accepted: this.#accepted,
      rejected: this.#rejected,
      cut: this.#cut,
    }
  }

  took(accepted: number, rejected: number, losses: OtlpLosses): void {
    this.#requests += 1
    this.#accepted += accepted
    this.#rejected += rejected
    this.#cut += losses.droppedItems + losses.cutValues
  }

  refused(status: string): void {
    this.#requests += 1
    this.#refused.set(status, (this.#refused.get(status) ?? 0) + 1)
  }
}
