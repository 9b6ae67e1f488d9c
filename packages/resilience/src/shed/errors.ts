import { AshlarError } from '@ashlar/kernel'

/** The dependency refuses so much that this call was not even sent: so much less has it to refuse. */
export class LoadShedError extends AshlarError {
  readonly code = 'ASHLAR_LOAD_SHED' as const
  readonly retryable = true
  readonly shedder: string
  /** The share of the calls that is shed at present. */
  readonly share: number

  constructor(detail: { shedder: string; share: number }, options?: ErrorOptions) {
    super(`"${detail.shedder}" is overloaded: ${Math.round(detail.share * 100)} % of the calls are not sent`, options)
    this.shedder = detail.shedder
    this.share = detail.share
  }
}
