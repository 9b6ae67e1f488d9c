import type { OtlpForm } from './form.ts'
import type { OtlpBatch } from './records.ts'
import { requestBuilder } from './request-builder.ts'
import type { OtlpSignal } from './signal.ts'

/**
 * A whole export request of one sender: `encodeOtlp(otlpTraces, 'json', { resource, scope, records })`.
 *
 * Source: opentelemetry-proto 1.x; "OTLP Specification", JSON Protobuf Encoding.
 */
export function encodeOtlp<T>(signal: OtlpSignal<T>, form: OtlpForm, batch: OtlpBatch<T>): Buffer {
  const builder = requestBuilder(signal, form, batch)
  for (const record of batch.records) builder.add(record)
  return builder.take()
}
