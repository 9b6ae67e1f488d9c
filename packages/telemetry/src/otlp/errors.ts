import { AshlarError, statusRows, type EdgeRow } from '@ashlar/kernel'

/** What was sent is not OTLP: cut short, of wrong types, or nothing of the kind. It was refused as a whole. */
export class OtlpMalformedError extends AshlarError {
  readonly code = 'ASHLAR_OTLP_MALFORMED' as const
  readonly retryable = false
  /** Where: a byte of the protobuf form, a path of the JSON form. */
  readonly where: string

  constructor(detail: { where: string; problem: string }) {
    super(`not OTLP at ${detail.where}: ${detail.problem}`)
    this.where = detail.where
  }
}

/** For the edge table of who receives OTLP. */
export const otlpEdgeRows: Readonly<Record<string, EdgeRow>> = {
  ASHLAR_OTLP_MALFORMED: statusRows.invalid_argument,
}
