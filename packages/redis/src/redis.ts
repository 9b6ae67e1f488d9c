import { hasCode, orAborted, systemClock, systemRandom, type Closeable, type HealthCheck } from '@ashlar/kernel'
import { Commands } from './commands.ts'
import type { Driver } from './driver.ts'
import { Ears, placeOf, type Subscription } from './ears.ts'
import type { Listener } from './listener.ts'
import { nodeRedis } from './node-redis.ts'
import { checkOptions, defaultUrl, type RedisOptions } from './options.ts'
import type { Script } from './scripts.ts'
import type { SubscriptionEvent } from './subscriptions.ts'
import { parseTarget, type Target } from './target.ts'
import type { TrackingEvent } from './tracking.ts'

/**
 * One Redis, over two connections: commands share one, pipelined; messages and changes of keys come over the other, so
 * that neither waits behind the other.
 *
 * Both are made again whenever they are lost. Meanwhile, and beyond `maxInFlight`, commands are refused at once; none
 * waits for a connection. Commands honour the current call: not sent when it is over, not waited for when it ends. What was
 * sent is never sent again: `mayHaveRun` tells. Not for Redis Cluster.
 */
export interface Redis extends Closeable {
  /** `host:port` */
  readonly server: string
  /** Whether commands can be sent now. */
  readonly connected: boolean
  /** Commands sent and not answered. */
  readonly inFlight: number

  /**
   * Runs a script in one round trip; in two when Redis does not know it yet, or not any more. Calls of one script in the
   * same turn of the event loop share a command, in their order; each still runs in one go, and fails alone. Keep the
   * object: its hash is computed once for each.
   * @param keys All that the script reads or writes.
   * @throws {ScriptFailedError} when it ends in an error or answers anything but integers.
   */
  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<readonly number[]>

  /**
   * Sends a message to who listens now; it is kept for nobody.
   * @returns how many connections it went to.
   */
  publish(channel: string, message: string): Promise<number>

  /**
   * Listens to a channel until disposed of, restored on each new connection. The listener is told when it begins to hear, when
   * messages may be missed, and each message, in the order of the server. Outside any call. Never waits for Redis.
   */
  subscribe(channel: string, listener: Listener<SubscriptionEvent>): Subscription

  /**
   * Tells of every change to a key that begins with `prefix`, whoever makes it, so that copies can be dropped: within a
   * round trip, not before the change is answered. What is kept while not `listening` may be stale. Outside any call.
   * @param prefix '' is every key. Bytes that are not UTF-8 are replaced.
   */
  track(prefix: string, listener: Listener<TrackingEvent>): Subscription

  /** @throws when Redis does not answer a PING. */
  ping(): Promise<void>
}

/** How long closing waits for what is in flight. */
const closeWithinMs = 1_000

/**
 * Opens a Redis, version 6 or later, with the `redis` package. Resolves when the first attempt to connect has ended: a
 * Redis that is away keeps no program from starting, and is tried again until it is there.
 * @throws {RedisConfigError} when the URL, the password or what is installed has to be corrected.
 * @throws {RangeError} or {TypeError} naming the option and its value.
 */
export async function openRedis(options: RedisOptions = {}): Promise<Redis> {
  checkOptions(options)
  const { url = defaultUrl, name = 'ashlar', connectTimeoutMs = 5_000 } = options
  const target = parseTarget(url)
  return openWith(await nodeRedis(target, { name, connectTimeoutMs }), target, options)
}

/** Tells whether Redis answers. Not critical unless said: what is limited, cached or told by it can do without. */
export function redisHealthCheck(
  redis: Pick<Redis, 'ping'>,
  options: { readonly name?: string; readonly critical?: boolean } = {},
): HealthCheck {
  const { name = 'redis', critical = false } = options
  return { name, critical, check: ({ signal }) => orAborted(redis.ping(), signal) }
}

/** With the driver given. @internal */
export async function openWith(driver: Driver, target: Target, options: RedisOptions): Promise<Redis> {
  const { connectTimeoutMs = 5_000, stallTimeoutMs = 2_000, maxInFlight = 10_000 } = options
  const { clock = systemClock, random = systemRandom } = options
  const settings = { connectTimeoutMs, stallTimeoutMs, maxInFlight, clock, random }
  const commands = new Commands(driver, target, settings)
  const failure = await commands.start()
  if (hasCode(failure, 'ASHLAR_REDIS_CONFIG')) {
    await commands.close(0)
    throw failure
  }
  return new Connected(target.server, commands, new Ears(driver, target, settings))
}

class Connected implements Redis {
  readonly server: string
  readonly #commands: Commands
  readonly #ears: Ears
  #closing: Promise<void> | undefined

  constructor(server: string, commands: Commands, ears: Ears) {
    this.server = server
    this.#commands = commands
    this.#ears = ears
  }

  get connected(): boolean {
    return this.#commands.connected
  }

  get inFlight(): number {
    return this.#commands.inFlight
  }

  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<readonly number[]> {
    return this.#commands.run(script, keys, args)
  }

  async publish(channel: string, message: string): Promise<number> {
    return Number(await this.#commands.send(['PUBLISH', channel, message]))
  }

  subscribe(channel: string, listener: Listener<SubscriptionEvent>): Subscription {
    this.#listen('subscribe')
    const { subscriptions } = this.#ears
    return placeOf(subscriptions.add(channel, listener), (hearer) => subscriptions.remove(hearer))
  }

  track(prefix: string, listener: Listener<TrackingEvent>): Subscription {
    this.#listen('track')
    const { tracking } = this.#ears
    return placeOf(tracking.add(prefix, listener), (hearer) => tracking.remove(hearer))
  }

  async ping(): Promise<void> {
    await this.#commands.send(['PING'])
  }

  /** Refuses commands from now on; resolves when those that were sent are answered. */
  drain(signal: AbortSignal): Promise<void> {
    return this.#commands.drain(signal)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    await Promise.all([this.#commands.close(closeWithinMs), this.#ears.close(closeWithinMs)])
  }

  #listen(what: string): void {
    if (this.#closing !== undefined) throw new TypeError(`${what}: the Redis at ${this.server} has been closed`)
    this.#ears.start()
  }
}
