import type { SpanKind } from '../traces/span-record.ts'

const kinds: readonly SpanKind[] = ['internal', 'server', 'client', 'producer', 'consumer']

/** The kind as OTLP counts them. */
export function numberOfKind(kind: SpanKind): number {
  return kinds.indexOf(kind) + 1
}

/** What is not said, or unknown, counts as internal, as OpenTelemetry asks. */
export function kindOfNumber(number: number): SpanKind {
  return kinds[number - 1] ?? 'internal'
}
