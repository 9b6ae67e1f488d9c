import { channel, type Channel } from '@ashlar/kernel'

export interface TransactionRetried {
  readonly attempt: number
  readonly delayMs: number
  readonly error: unknown
}

/** A transaction was rolled back for its neighbours' sake, and will be run again. */
export const transactionRetried: Channel<TransactionRetried> = channel('ashlar:sql:transaction-retried', {
  description: 'The server asked for a transaction to be run again, and it will be.',
  fields: {
    attempt: 'which run failed, from 1',
    delayMs: 'milliseconds until the next',
    error: 'what the run rejected with',
  },
})
