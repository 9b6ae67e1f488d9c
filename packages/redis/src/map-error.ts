import { codeOf } from '@ashlar/kernel'
import type { Driver } from './driver.ts'
import { CommandFailedError, RedisConfigError, ScriptFailedError, UnavailableError } from './errors.ts'
import type { Target } from './target.ts'

/** What was asked of Redis: for messages. */
export interface Asked {
  readonly command: string
  readonly script?: string
}

// Redis starts, stops, is out of memory or disk, is busy with somebody's script, or is not the one that takes writes.
const outages = new Set([
  'BUSY',
  'CLUSTERDOWN',
  'LOADING',
  'MASTERDOWN',
  'MISCONF',
  'NOREPLICAS',
  'OOM',
  'READONLY',
  'TRYAGAIN',
  'UNBLOCKED',
])

const configuration = new Set(['DENIED', 'NOAUTH', 'NOPERM', 'WRONGPASS'])

/** What went wrong with a command, as one of our errors. The client's error is the cause. */
export function mapCommandError(cause: unknown, asked: Asked, { server }: Target, driver: Driver): Error {
  const reply = driver.replyOf(cause)
  if (reply === undefined) {
    return new UnavailableError(
      server,
      `the connection to Redis at ${server} was lost; the command may or may not have taken effect`,
      { cause, mayHaveRun: true },
    )
  }
  const kind = kindOf(reply)
  if (outages.has(kind)) {
    return new UnavailableError(server, `Redis at ${server} is unavailable: ${reply}`, { cause, mayHaveRun: true })
  }
  if (configuration.has(kind)) {
    return new RedisConfigError(`Redis at ${server} does not allow ${asked.command}: ${reply}`, { cause })
  }
  const { command, script } = asked
  return script === undefined
    ? new CommandFailedError(command, reply, { cause })
    : new ScriptFailedError(script, reply, { cause })
}

/** Whether the server that answered so may not be the one that this address leads to now. */
export function mayHaveMoved(reply: string | undefined): boolean {
  return reply !== undefined && kindOf(reply) === 'READONLY'
}

/** Why no connection could be made, and what to do about it. */
export function mapConnectError(cause: unknown, { server, host }: Target, driver: Driver): Error {
  const reply = driver.replyOf(cause)
  if (reply !== undefined) {
    const kind = kindOf(reply)
    if (outages.has(kind)) return new UnavailableError(server, `Redis at ${server} is unavailable: ${reply}`, { cause })
    if (kind === 'NOAUTH') {
      return new RedisConfigError(`Redis at ${server} asks for a password, and the URL has none; add it`, { cause })
    }
    if (kind === 'WRONGPASS') {
      return new RedisConfigError(`Redis at ${server} refuses the password; correct it in the URL`, { cause })
    }
    const advice = /unknown command|NOPROTO/i.test(reply) ? '; it has to be version 6 or later' : ''
    return new RedisConfigError(`Redis at ${server} refuses the connection: ${reply}${advice}`, { cause })
  }
  const code = codeOf(cause)
  if (code?.startsWith('ASHLAR_') === true) return cause as Error
  return new UnavailableError(server, advise(code, cause, server, host), { cause })
}

function advise(code: string | undefined, cause: unknown, server: string, host: string): string {
  if (code === 'ECONNREFUSED') return `no Redis answers at ${server}; start it or correct the URL`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `the host name ${host} of the Redis URL cannot be resolved; correct the URL or the name service`
  }
  const message = cause instanceof Error ? cause.message : String(cause)
  return `no connection to Redis at ${server} (${message}); see that it runs and can be reached`
}

function kindOf(reply: string): string {
  // A script hands on what its commands answered, since version 7 as it was, before with a dash.
  return /^-?([A-Z]+)\b/.exec(reply)?.[1] ?? ''
}
