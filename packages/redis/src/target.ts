import { RedisConfigError } from './errors.ts'

/** Where a Redis is, taken apart from its URL. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly database: number
  readonly username: string | undefined
  readonly password: string | undefined
  readonly tls: boolean
  /** `host:port`, for messages. */
  readonly server: string
}

const example = 'redis://:password@127.0.0.1:6379/0, or rediss:// for TLS'

/**
 * Reads a Redis URL.
 * @throws {RedisConfigError} that says what is wrong and never shows the URL, which may hold a password.
 */
export function parseTarget(url: string): Target {
  const wrong = (what: string): Error => new RedisConfigError(`the Redis URL ${what}; it looks like ${example}`)
  if (!URL.canParse(url)) throw wrong('is not a URL')
  const { protocol, hostname, port, username, password, pathname, search } = new URL(url)
  if (protocol !== 'redis:' && protocol !== 'rediss:') throw wrong(`starts with ${protocol}//`)
  if (hostname === '') throw wrong('names no host')
  if (search !== '') throw wrong('has parameters, and none is known')
  const database = pathname.slice(1)
  if (!/^\d{0,5}$/.test(database)) throw wrong('names a database that is not a number')
  const portNumber = port === '' ? 6379 : Number(port)
  return {
    host: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    port: portNumber,
    database: Number(database),
    username: decode(username, 'user name'),
    password: decode(password, 'password'),
    tls: protocol === 'rediss:',
    server: `${hostname}:${portNumber}`,
  }
}

function decode(text: string, what: string): string | undefined {
  try {
    return text === '' ? undefined : decodeURIComponent(text)
  } catch (cause) {
    throw new RedisConfigError(`the ${what} in the Redis URL is not percent-encoded correctly`, { cause })
  }
}
