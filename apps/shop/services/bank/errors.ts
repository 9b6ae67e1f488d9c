import { AshlarError, statusRows, type EdgeRow } from '@ashlar/kernel'

/** The bearer key is absent or wrong. */
export class BankUnauthorizedError extends AshlarError {
  readonly code = 'BANK_UNAUTHORIZED' as const
  readonly retryable = false

  constructor() {
    super('send the bank key as "Authorization: Bearer <key>"')
  }
}

/** The Idempotency-Key was used before, for something else. */
export class BankKeyReusedError extends AshlarError {
  readonly code = 'BANK_KEY_REUSED' as const
  readonly retryable = false

  constructor(key: string) {
    super(`the Idempotency-Key "${key}" was used with another body`)
  }
}

/** The key was voided: nothing will ever be charged under it. */
export class BankKeyVoidError extends AshlarError {
  readonly code = 'BANK_KEY_VOID' as const
  readonly retryable = false

  constructor(key: string) {
    super(`the Idempotency-Key "${key}" was voided and cannot be charged any more`)
  }
}

/** No charge has this id or key. */
export class BankChargeNotFoundError extends AshlarError {
  readonly code = 'BANK_CHARGE_NOT_FOUND' as const
  readonly retryable = false

  constructor() {
    super('there is no such approved charge')
  }
}

/** The refund is larger than what is left of the charge. */
export class BankRefundTooLargeError extends AshlarError {
  readonly code = 'BANK_REFUND_TOO_LARGE' as const
  readonly retryable = false
  readonly leftMinor: number

  constructor(leftMinor: number) {
    super(`the refund exceeds the ${leftMinor} minor units that are left of the charge`)
    this.leftMinor = leftMinor
  }
}

/** The bank is out of order, because it was told to be. */
export class BankOutOfOrderError extends AshlarError {
  readonly code = 'BANK_OUT_OF_ORDER' as const
  readonly retryable = true

  constructor() {
    super('the bank is out of order')
  }
}

export const bankEdgeRows: Readonly<Record<string, EdgeRow>> = {
  BANK_UNAUTHORIZED: statusRows.unauthenticated,
  BANK_KEY_REUSED: { status: 'failed_precondition', http: 422, title: 'Idempotency key reused' },
  BANK_KEY_VOID: { status: 'failed_precondition', http: 409, title: 'Idempotency key voided' },
  BANK_CHARGE_NOT_FOUND: statusRows.not_found,
  BANK_REFUND_TOO_LARGE: { status: 'failed_precondition', http: 422, title: 'Refund too large' },
  BANK_OUT_OF_ORDER: statusRows.unavailable,
}
