import { DatabaseConfigError } from './errors.ts'

/** Where a database is, taken apart from its URL. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string
  readonly ssl: boolean | { readonly rejectUnauthorized: boolean }
  /** `host:port`, for messages. */
  readonly server: string
}

const example = 'postgres://role:password@127.0.0.1:5432/database'

// After libpq: `require` encrypts without asking who answers; `verify-full` asks.
const sslModes: Readonly<Record<string, Target['ssl'] | undefined>> = {
  disable: false,
  require: { rejectUnauthorized: false },
  'verify-full': true,
}

/**
 * Reads a database URL.
 * @throws {DatabaseConfigError} that says what is wrong and never shows the URL, which holds a password.
 */
export function parseTarget(url: string): Target {
  if (!URL.canParse(url)) throw new DatabaseConfigError(`the database URL is not a URL; it looks like ${example}`)
  const { protocol, hostname, port, username, password, pathname, searchParams } = new URL(url)
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') {
    throw new DatabaseConfigError(`the database URL starts with ${protocol}//; it looks like ${example}`)
  }
  const database = decode(pathname.slice(1), 'database')
  const user = decode(username, 'role')
  if (hostname === '') throw new DatabaseConfigError(`the database URL names no host; it looks like ${example}`)
  if (database === '') throw new DatabaseConfigError(`the database URL names no database; it looks like ${example}`)
  if (user === '') throw new DatabaseConfigError(`the database URL names no role; it looks like ${example}`)
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  const portNumber = port === '' ? 5432 : Number(port)
  return {
    host,
    port: portNumber,
    database,
    user,
    password: decode(password, 'password'),
    ssl: sslOf(searchParams),
    server: `${hostname}:${portNumber}`,
  }
}

function sslOf(parameters: URLSearchParams): Target['ssl'] {
  for (const name of parameters.keys()) {
    if (name !== 'sslmode') {
      throw new DatabaseConfigError(`the database URL has the parameter ${name}, but only sslmode is known; remove it`)
    }
  }
  const mode = parameters.get('sslmode') ?? 'disable'
  const ssl = Object.hasOwn(sslModes, mode) ? sslModes[mode] : undefined
  if (ssl === undefined) {
    throw new DatabaseConfigError(
      `the database URL has sslmode=${mode}; use one of ${Object.keys(sslModes).join(', ')}`,
    )
  }
  return ssl
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw new DatabaseConfigError(`the ${what} in the database URL is not percent-encoded correctly`, { cause })
  }
}
