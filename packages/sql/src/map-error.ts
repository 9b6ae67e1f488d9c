import { codeOf } from '@ashlar/kernel'
import { DatabaseError } from 'pg'
import {
  CheckViolationError,
  DatabaseConfigError,
  ForeignKeyViolationError,
  QueryError,
  SerializationError,
  UnavailableError,
  UniqueViolationError,
} from './errors.ts'
import type { Target } from './target.ts'

/** What went wrong with a statement, as one of our errors. The driver's error is the cause. */
export function mapQueryError(cause: unknown, target: Target): Error {
  if (codeOf(cause)?.startsWith('ASHLAR_') === true) return cause as Error
  if (!(cause instanceof DatabaseError)) {
    // Whatever the driver says itself is about the connection: it answers statements only with the server's errors.
    return new UnavailableError(
      target.server,
      `the connection to PostgreSQL at ${target.server} was lost; the statement may or may not have taken effect`,
      { cause, mayHaveRun: true },
    )
  }
  const sqlState = cause.code ?? 'XX000'
  switch (sqlState) {
    case '23505':
      return new UniqueViolationError(cause.constraint ?? '', { cause })
    case '23503':
      return new ForeignKeyViolationError(cause.constraint ?? '', { cause })
    case '23514':
      return new CheckViolationError(cause.constraint ?? '', { cause })
    case '40001':
      return new SerializationError('a concurrent transaction changed what this one read; run it again', { cause })
    case '40P01':
      return new SerializationError('two transactions waited for each other; run this one again', { cause })
    default:
      if (isOutage(sqlState)) return outage(cause, target, true)
      return new QueryError(sqlState, cause.message, { cause })
  }
}

/** Why no connection could be made, and what to do about it. */
export function mapConnectError(cause: unknown, target: Target): Error {
  const { server, database, user } = target
  if (cause instanceof DatabaseError) {
    const sqlState = cause.code ?? 'XX000'
    const wrong = (what: string): Error => new DatabaseConfigError(what, { cause })
    switch (sqlState) {
      case '28P01':
        return wrong(`PostgreSQL at ${server} refuses the password of role "${user}"; correct it in the URL`)
      case '28000':
        return wrong(
          `PostgreSQL at ${server} does not let role "${user}" in (${cause.message}); create the role, or allow it in pg_hba.conf`,
        )
      case '3D000':
        return wrong(`PostgreSQL at ${server} has no database "${database}"; create it or correct the URL`)
      case '42501':
        return wrong(`role "${user}" may not connect to database "${database}" at ${server}; grant it CONNECT`)
      default:
        if (isOutage(sqlState)) return outage(cause, target, false)
        return wrong(`PostgreSQL at ${server} refuses the connection: ${cause.message} (SQLSTATE ${sqlState})`)
    }
  }
  const message = cause instanceof Error ? cause.message : String(cause)
  if (/password must be a (non-empty )?string/i.test(message)) {
    return new DatabaseConfigError(`PostgreSQL at ${server} asks for a password, and the URL has none; add it`, {
      cause,
    })
  }
  return new UnavailableError(server, connectAdvice(codeOf(cause), message, target), { cause })
}

function connectAdvice(code: string | undefined, message: string, { server, host }: Target): string {
  if (code === 'ECONNREFUSED') return `no PostgreSQL answers at ${server}; start it or correct the URL`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `the host name ${host} of the database URL cannot be resolved; correct the URL or the name service`
  }
  return `no connection to PostgreSQL at ${server} (${message}); see that it runs and can be reached`
}

// Connection exceptions; a transaction idle or under way for too long; too many connections and out of memory;
// stopping, crashed, starting, dropped.
const outageStates = new Set(['25P03', '25P04', '53200', '53300', '53400', '57P01', '57P02', '57P03', '57P04', '57P05'])

function isOutage(sqlState: string): boolean {
  return sqlState.startsWith('08') || outageStates.has(sqlState)
}

function outage(cause: Error, { server }: Target, mayHaveRun: boolean): UnavailableError {
  return new UnavailableError(server, `PostgreSQL at ${server} is unavailable: ${cause.message}`, { cause, mayHaveRun })
}
