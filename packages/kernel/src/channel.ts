import { channel as diagnosticsChannel } from 'node:diagnostics_channel'

/** What a channel's events mean, for those who make metrics, spans and documentation of them. */
export interface ChannelDescriptor {
  /** One sentence: when an event is published. */
  readonly description: string
  /** The event's fields, each with what it holds and in which unit. */
  readonly fields: Readonly<Record<string, string>>
}

/** A typed channel of `node:diagnostics_channel`: how patterns report, without knowing who listens. */
export interface Channel<T extends object> {
  /** `ashlar:<package>:<event>` */
  readonly name: string
  readonly descriptor: ChannelDescriptor
  /** Ask before building an event: with nobody listening, reporting then costs a property read. */
  readonly hasSubscribers: boolean
  publish(event: T): void
  /** A subscriber that throws surfaces as an uncaught exception, never in the publisher. */
  subscribe(listener: (event: T) => void): Disposable
}

const channelName = /^ashlar:[a-z-]+:[a-z-]+$/

/**
 * Declares a channel. Call once, at the top of a module.
 * @throws {TypeError} when the name is not of the form `ashlar:<package>:<event>`.
 */
export function channel<T extends object>(name: string, descriptor: ChannelDescriptor): Channel<T> {
  if (!channelName.test(name)) throw new TypeError(`channel: name must be ashlar:<package>:<event>, got "${name}"`)
  const inner = diagnosticsChannel(name)
  return {
    name,
    descriptor,
    get hasSubscribers() {
      return inner.hasSubscribers
    },
    publish: (event) => inner.publish(event),
    subscribe(listener) {
      const onMessage = (message: unknown): void => listener(message as T)
      inner.subscribe(onMessage)
      return {
        [Symbol.dispose]() {
          inner.unsubscribe(onMessage)
        },
      }
    },
  }
}
