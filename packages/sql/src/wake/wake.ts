import { orAborted, systemClock, systemRandom, type Closeable } from '@ashlar/kernel'
import { Connector } from '../connector.ts'
import { quoteIdentifier } from '../identifier.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { parseTarget } from '../target.ts'
import { Ears } from './ears.ts'
import type { WakeListener, WakeOptions } from './options.ts'
import { Subscriber } from './subscriber.ts'

/** Tells those who wait for rows that some may have come. */
export interface Wake extends Closeable {
  /**
   * Calls `listener` soon after each notification on the channel (any name of 1 to 63 bytes, of this database), when the connection has been made (anew), and every
   * poll in any case; many that come together make one call. So a listener that looks for work whenever it is called
   * misses none, and finds none at most as often as it is polled. Not part of any call.
   */
  on(channel: string, listener: WakeListener): Disposable
  /**
   * Notifies every process that listens: when the transaction commits, or at once on a database. One a batch is enough,
   * and costs less: commits that notify wait for each other.
   * @param payload A hint, of 7,999 bytes at most.
   */
  notify(on: Queryable, channel: string, payload?: string): Promise<void>
}

/**
 * Opens a process's one listening connection: made when somebody listens, and again whenever it is lost. Does not fail
 * when the server is away: listeners are polled meanwhile.
 * @throws {DatabaseConfigError} when the URL is not one.
 */
export function openWake(options: WakeOptions): Wake {
  const { url, name = 'ashlar wake', pollMs = 5_000, connectTimeoutMs = 10_000 } = options
  const { clock = systemClock, random = systemRandom } = options
  if (!(pollMs >= 1)) throw new RangeError(`openWake: pollMs must be 1 or more, got ${pollMs}`)
  const connector = new Connector(parseTarget(url), { name, timeoutMs: connectTimeoutMs, clock, random })
  const subscribers = new Set<Subscriber>()
  const ears = new Ears(connector, { pollMs, clock, random }, (reason, channel, payload) => {
    for (const one of subscribers) if (channel === undefined || channel === one.channel) one.wake(reason, payload)
  })
  const close = (): Promise<void> => {
    for (const one of subscribers) one.close()
    return ears.close()
  }
  return {
    on(channel, listener) {
      quoteIdentifier(channel, 'wake')
      const subscriber = new Subscriber(channel, listener, clock)
      subscribers.add(subscriber)
      ears.listen(channel)
      return {
        [Symbol.dispose]() {
          subscriber.close()
          subscribers.delete(subscriber)
          if (![...subscribers].some((one) => one.channel === channel)) ears.unlisten(channel)
        },
      }
    },
    async notify(on, channel, payload = '') {
      quoteIdentifier(channel, 'wake')
      const bytes = Buffer.byteLength(payload)
      if (bytes > 7_999) throw new RangeError(`wake: a payload has 7999 bytes at most, got ${bytes}`)
      await on.rows(sql`select pg_notify(${channel}, ${payload})`)
    },
    async drain(signal) {
      const closed = close()
      for (const { running } of subscribers) await orAborted(running ?? Promise.resolve(), signal)
      await orAborted(closed, signal)
    },
    [Symbol.asyncDispose]: close,
  }
}
