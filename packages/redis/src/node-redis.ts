import { isIP } from 'node:net'
import { codeOf } from '@ashlar/kernel'
import type * as Redis from 'redis'
import type { Driver, Opening, Wire, WireEvents } from './driver.ts'
import { RedisConfigError } from './errors.ts'
import type { Target } from './target.ts'

export interface NodeRedisOptions {
  /** Shown by `CLIENT LIST`. */
  readonly name: string
  readonly connectTimeoutMs: number
}

/**
 * The `redis` package as our driver. Each connection is a client of its own that never connects again by itself: who
 * uses it decides when, knows of every loss, and restores what has to be restored.
 * @throws {RedisConfigError} when the package is not installed.
 */
export async function nodeRedis(target: Target, options: NodeRedisOptions): Promise<Driver> {
  const { createClient, ErrorReply } = await load()
  return {
    connect: (events, listening) => open(createClient(clientOptions(target, options, listening)), events),
    replyOf: (error) => (error instanceof ErrorReply ? error.message : undefined),
  }
}

type Client = ReturnType<typeof Redis.createClient>

async function load(): Promise<typeof Redis> {
  try {
    return await import('redis')
  } catch (cause) {
    if (codeOf(cause) !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new RedisConfigError('the package "redis" is not installed; add version 6: npm install redis@6', { cause })
  }
}

function clientOptions(
  { host, port, database, username, password, tls }: Target,
  { name, connectTimeoutMs }: NodeRedisOptions,
  listening: boolean,
): Redis.RedisClientOptions {
  const address = { host, port, connectTimeout: connectTimeoutMs, reconnectStrategy: false } as const
  // Servers that share an address tell by the name which certificate is wanted; an address is no name.
  const encryption = isIP(host) === 0 ? ({ tls: true, servername: host } as const) : ({ tls: true } as const)
  return {
    socket: tls ? { ...address, ...encryption } : address,
    database,
    name,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    // It would let commands wait for a connection, without bound and past their deadlines.
    disableOfflineQueue: true,
    // It would move the connection to another server without a word to those who listen.
    maintNotifications: 'disabled',
    // Its default is a timer of the platform's for each command; a connection that stalls is noticed as a whole.
    commandOptions: { timeout: 0 },
    emitInvalidate: listening,
  }
}

function open(client: Client, events: WireEvents): Opening {
  let ended = false
  const end = (): void => {
    ended = true
    client.destroy()
  }
  // After any error, even one it would get over, nobody knows which answer belongs to which command.
  client.on('error', (error: unknown) => {
    const isFirst = !ended
    end()
    if (isFirst) events.lost(error)
  })
  client.on('invalidate', (key: Buffer | string | null) => events.changed(key === null ? null : String(key)))
  const opened = client.connect().then(() => {
    // While the address was looked up or the socket connected there was nothing yet to be destroyed.
    if (ended) client.destroy()
    return wireOf(client, end)
  })
  return { opened, destroy: end }
}

function wireOf(client: Client, destroy: () => void): Wire {
  return {
    send: (args) => client.sendCommand(args),
    subscribe: (channel, listener) => client.subscribe(channel, listener),
    unsubscribe: (channel, listener) => client.unsubscribe(channel, listener),
    destroy,
  }
}
