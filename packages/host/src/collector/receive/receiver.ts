import { MethodNotAllowedError, type HttpRequest, type HttpResponse } from '@ashlar/http'
import { toEdgeError, withoutStack, type EdgeTable } from '@ashlar/kernel'
import {
  contentTypeOf,
  decodeOtlp,
  encodeOtlpResponse,
  formOf,
  type OtlpBatch,
  type OtlpForm,
  type OtlpLimits,
  type OtlpLosses,
  type OtlpSignal,
} from '@ashlar/telemetry/otlp'
import { BodyReader, refused, type BodyLimits } from './read-request.ts'
import { ReceiveCounts, type ReceiveStats } from './receive-counts.ts'
import { rpcStatus } from './rpc-status.ts'

export interface ReceiverOptions<T> {
  readonly signal: OtlpSignal<T>
  /** Takes what was decoded. Returns how many of the items it refused. */
  readonly take: (batches: readonly OtlpBatch<T>[]) => number
  readonly guard: (request: HttpRequest) => void
  readonly edge: EdgeTable
  readonly bodies: BodyReader
  readonly limits?: OtlpLimits
  readonly onError: (error: unknown) => void
}

export const defaultBodyLimits: BodyLimits = { maxBodyBytes: 16 * 1_024 * 1_024, maxInFlightBytes: 64 * 1_024 * 1_024 }

/**
 * Receives one signal of OTLP/HTTP: JSON or protobuf, plain or gzip. What is beyond the limits is left out and the
 * sender told how many; what makes no sense is refused as a whole; what there is no room for just now may come again.
 *
 * Source: OTLP Specification 1.x, OTLP/HTTP.
 */
export class Receiver<T> {
  readonly #options: ReceiverOptions<T>
  readonly #counts = new ReceiveCounts()

  constructor(options: ReceiverOptions<T>) {
    this.#options = options
  }

  get stats(): ReceiveStats {
    return this.#counts.stats
  }

  /** Answers; errors too, in OTLP's own form. */
  async answer(request: HttpRequest): Promise<HttpResponse> {
    const form = formOf(request.headers['content-type'])
    try {
      this.#options.guard(request)
      if (request.method !== 'POST') {
        throw withoutStack(() => new MethodNotAllowedError({ method: request.method, allow: ['POST'] }))
      }
      if (form === undefined) {
        throw refused('content-type', request.headers['content-type'], 'application/json or application/x-protobuf')
      }
      return await this.#options.bodies.read(request, (body) => this.#take(form, body))
    } catch (error) {
      if (request.signal.aborted) throw error
      return this.#refuse(error, form ?? 'json')
    }
  }

  #take(form: OtlpForm, body: Uint8Array): HttpResponse {
    const { signal, limits, take } = this.#options
    const { batches, losses } = decodeOtlp(signal, form, body, limits)
    let items = 0
    for (const { records } of batches) for (const record of records) items += signal.weigh(record)
    const refusedItems = take(batches)
    const rejected = refusedItems + losses.droppedRecords + losses.invalidRecords + losses.unsupportedRecords
    this.#counts.took(items - refusedItems, rejected, losses)
    const partial = rejected === 0 ? undefined : { rejected, message: explain(losses, refusedItems) }
    return {
      status: 200,
      headers: { 'content-type': contentTypeOf(form) },
      body: encodeOtlpResponse(signal, form, partial),
    }
  }

  #refuse(error: unknown, form: OtlpForm): HttpResponse {
    const told = toEdgeError(error, this.#options.edge)
    if (told.http >= 500 && !told.retryable) this.#options.onError(error)
    this.#counts.refused(told.status)
    const retryAfter =
      told.retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(told.retryAfterMs / 1_000)) }
    return {
      status: told.http,
      headers: { 'content-type': contentTypeOf(form), ...retryAfter },
      body: rpcStatus(told, form),
    }
  }
}

function explain(losses: OtlpLosses, refusedItems: number): string {
  const reasons: [number, string][] = [
    [losses.droppedRecords, 'beyond the limit of one request'],
    [losses.invalidRecords, 'without a valid id or name, or with buckets that do not fit their bounds'],
    [losses.unsupportedRecords, 'of a kind that is not read here'],
    [refusedItems, 'of series beyond the limit, or with a name, kind or value that is not kept'],
  ]
  return reasons.flatMap(([count, why]) => (count === 0 ? [] : [`${count} ${why}`])).join('; ')
}
