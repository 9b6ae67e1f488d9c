import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { createHttpTransport, type HttpTransport } from '@ashlar/http/client'
import { backoff, codeOf, runCall, sleep, type BackoffOptions, type Clock } from '@ashlar/kernel'
import { contentTypeOf, type OtlpForm } from '../form.ts'
import { decodeOtlpResponse } from '../response.ts'
import type { OtlpSignal } from '../signal.ts'

const compressed = promisify(gzip)

/** What became of a batch: how many of its items were not taken, and how often it was sent. */
export type SendOutcome =
  | { readonly kind: 'taken'; readonly attempts: number; readonly bytes: number; readonly rejected: number }
  | { readonly kind: 'lost'; readonly reason: 'rejected' | 'gave-up' | 'closed'; readonly why: string }

export interface SenderOptions {
  readonly endpoint: URL
  readonly headers: Readonly<Record<string, string>>
  readonly form: OtlpForm
  readonly gzip: boolean
  readonly timeoutMs: number
  readonly backoff: BackoffOptions
  readonly giveUpAfterMs: number
  readonly clock: Clock
}

/** What the answer to one attempt means. */
type Attempt =
  | { readonly kind: 'taken'; readonly rejected: number }
  | { readonly kind: 'rejected'; readonly why: string }
  | { readonly kind: 'again'; readonly why: string; readonly retryAfterMs: number }

// OTLP/HTTP, "Retryable Response Codes".
const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504])
const unreachable: ReadonlySet<string> = new Set(['ASHLAR_HTTP_UNREACHABLE', 'ASHLAR_DEADLINE_EXCEEDED'])

/**
 * Sends requests to a receiver until it has taken or refused them. Below the HTTP client, which would trace them:
 * telemetry about telemetry would never end.
 */
export class Sender {
  readonly #options: SenderOptions
  readonly #transport: HttpTransport
  readonly #stop = new AbortController()
  readonly #hurry = new AbortController()

  constructor(options: SenderOptions) {
    // A wrong option is told when it is given, not when something first fails.
    backoff(options.backoff)
    this.#options = options
    this.#transport = createHttpTransport({
      name: 'the telemetry receiver',
      origin: options.endpoint.origin,
      connectTimeoutMs: options.timeoutMs,
      maxConnections: 3,
      maxInFlight: 8,
      maxResponseBytes: 64 * 1_024,
    })
  }

  /** Never rejects. Its bodies must not change until it resolves. */
  async send<T>(signal: OtlpSignal<T>, body: Uint8Array): Promise<SendOutcome> {
    const { clock, giveUpAfterMs } = this.#options
    const payload = this.#options.gzip ? await compressed(body) : body
    const nextDelayMs = backoff(this.#options.backoff)
    const startMs = clock.now()
    for (let attempts = 1; ; attempts++) {
      const attempt = await this.#attempt(signal, payload)
      if (attempt.kind === 'taken') return { ...attempt, attempts, bytes: payload.length }
      const { why } = attempt
      if (this.#stop.signal.aborted) return { kind: 'lost', reason: 'closed', why }
      if (attempt.kind === 'rejected') return { kind: 'lost', reason: 'rejected', why }
      const delayMs = Math.max(nextDelayMs(), attempt.retryAfterMs)
      const isTooLate = clock.now() + delayMs - startMs > giveUpAfterMs
      // Who shuts down does not wait for a receiver that is away.
      if (isTooLate || !(await this.#pause(delayMs))) return { kind: 'lost', reason: 'gave-up', why }
    }
  }

  /** From now on a batch that fails is not tried again. */
  hurry(): void {
    this.#hurry.abort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hurry()
    this.#stop.abort()
    await this.#transport[Symbol.asyncDispose]()
  }

  /** False when there is no time to wait. */
  async #pause(delayMs: number): Promise<boolean> {
    try {
      await sleep(this.#options.clock, delayMs, { signal: this.#hurry.signal, background: true })
      return true
    } catch {
      return false
    }
  }

  async #attempt<T>(signal: OtlpSignal<T>, body: Uint8Array): Promise<Attempt> {
    const { endpoint, headers, form, timeoutMs, clock } = this.#options
    const request = {
      method: 'POST',
      path: endpoint.pathname.replace(/\/$/, '') + signal.path,
      headers: {
        ...headers,
        'content-type': contentTypeOf(form),
        ...(this.#options.gzip ? { 'content-encoding': 'gzip' } : {}),
      },
      body,
    }
    try {
      const answer = await runCall({ parent: null, timeoutMs, signal: this.#stop.signal, clock }, (call) =>
        this.#transport.send(request, call.signal),
      )
      if (answer.status >= 200 && answer.status < 300) {
        return { kind: 'taken', rejected: decodeOtlpResponse(signal, form, answer.body)?.rejected ?? 0 }
      }
      const why = `status ${answer.status}`
      if (!retryable.has(answer.status)) return { kind: 'rejected', why }
      return { kind: 'again', why, retryAfterMs: secondsOf(answer.headers['retry-after']) * 1_000 }
    } catch (error) {
      const why = codeOf(error) ?? 'unknown'
      return unreachable.has(why) ? { kind: 'again', why, retryAfterMs: 0 } : { kind: 'rejected', why }
    }
  }
}

/** Of a `Retry-After` in seconds, as receivers of telemetry send it; a date counts as none. */
function secondsOf(header: string | undefined): number {
  return header !== undefined && /^\d{1,9}$/.test(header) ? Number(header) : 0
}
