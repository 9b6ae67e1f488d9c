import { channel, type Channel, type TraceContext } from '@ashlar/kernel'

/** A statement that is over, whatever became of it. */
export interface QueryEnded {
  readonly name: string
  readonly database: string
  readonly rows: number | undefined
  readonly durationMs: number
  readonly trace: TraceContext | undefined
  readonly parentSpanId: string | undefined
  readonly error: unknown
  readonly sqlState: string | undefined
}

/** Published for each statement, those of transactions included; not for what is refused before it is one. */
export const queryEnded: Channel<QueryEnded> = channel('ashlar:sql:query', {
  description: 'A statement has been answered, or is waited for no more.',
  fields: {
    name: 'its first word and the first table that it names, such as `select orders`; never a value',
    database: 'name of the database',
    rows: 'how many were affected or returned; undefined when it failed',
    durationMs: 'milliseconds, waiting for a connection included',
    trace: 'place in the trace; undefined outside any call',
    parentSpanId: 'span that it is part of, such as its transaction; undefined where there is none',
    error: 'what it was rejected with',
    sqlState: 'the server’s code for that; undefined when it is not the server’s',
  },
  metrics: [
    {
      name: 'ashlar.sql.query.duration',
      kind: 'histogram',
      field: 'durationMs',
      unit: 'ms',
      attributes: ['database', 'name', 'error'],
    },
  ],
  span: {
    name: 'sql query',
    nameField: 'name',
    kind: 'client',
    traceField: 'trace',
    parentField: 'parentSpanId',
    durationField: 'durationMs',
    errorField: 'error',
    attributes: ['database', 'rows', 'sqlState'],
  },
})

/** A transaction that is over, all its runs together. */
export interface TransactionEnded {
  readonly database: string
  readonly outcome: 'committed' | 'failed'
  readonly runs: number
  readonly durationMs: number
  readonly trace: TraceContext | undefined
  readonly parentSpanId: string | undefined
  readonly error: unknown
}

export const transactionEnded: Channel<TransactionEnded> = channel('ashlar:sql:transaction', {
  description: 'A transaction has been committed, or has failed.',
  fields: {
    database: 'name of the database',
    outcome: '`committed` or `failed`; one that failed may have been committed only when the error says so',
    runs: 'how often its work was begun; 0 when there was no connection for it',
    durationMs: 'milliseconds, waiting for a connection and between runs included',
    trace: 'place in the trace, which its work has; undefined outside any call',
    parentSpanId: 'span that it is part of; undefined where there is none',
    error: 'what it was rejected with',
  },
  metrics: [
    {
      name: 'ashlar.sql.transaction.duration',
      kind: 'histogram',
      field: 'durationMs',
      unit: 'ms',
      attributes: ['database', 'outcome'],
    },
  ],
  span: {
    name: 'sql transaction',
    kind: 'client',
    traceField: 'trace',
    parentField: 'parentSpanId',
    durationField: 'durationMs',
    errorField: 'error',
    attributes: ['database', 'outcome', 'runs'],
  },
})

export interface ConnectionAcquired {
  readonly database: string
  readonly waitMs: number
  readonly error: unknown
}

export const connectionAcquired: Channel<ConnectionAcquired> = channel('ashlar:sql:connection-acquired', {
  description: 'Somebody who asked for a private connection has got one, or has not.',
  fields: {
    database: 'name of the database',
    waitMs: 'milliseconds',
    error: 'why there was none; undefined when there was',
  },
  metrics: [
    {
      name: 'ashlar.sql.pool.wait',
      kind: 'histogram',
      field: 'waitMs',
      unit: 'ms',
      attributes: ['database', 'error'],
    },
  ],
})

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
  metrics: [{ name: 'ashlar.sql.transaction.retries', kind: 'counter', unit: '{retry}', attributes: [] }],
  log: { level: 'debug', message: 'a transaction will be run again', attributes: ['attempt', 'delayMs', 'error'] },
})
