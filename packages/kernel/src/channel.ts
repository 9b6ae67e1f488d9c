import { diagnosticsChannel } from '#platform'

/** A number to be made of a channel's events. */
export interface MetricDescriptor {
  /** `ashlar.<package>.<what>`, as OpenTelemetry writes names. */
  readonly name: string
  /** A counter adds up, a histogram keeps the distribution, a gauge the latest. */
  readonly kind: 'counter' | 'histogram' | 'gauge'
  /** The field that holds the number. @default none: every event counts 1 */
  readonly field?: string
  /** UCUM: `ms`, `By`, `1`, `{call}`. */
  readonly unit: string
  /** Fields to tell apart by. Only those with few values: each combination is a series that is kept. */
  readonly attributes: readonly string[]
}

/** A span to be made of each of a channel's events, which are published when the work has ended. */
export interface SpanDescriptor {
  readonly name: string
  /** The field with the work's `TraceContext`: the id in the event is the id that went over the wire. */
  readonly traceField: string
  /** The field with how long the work took, in milliseconds. */
  readonly durationField: string
  readonly attributes: readonly string[]
}

/** What a channel's events mean, for those who make metrics, spans and documentation of them. */
export interface ChannelDescriptor {
  /** One sentence: when an event is published. */
  readonly description: string
  /** The event's fields, each with what it holds and in which unit. */
  readonly fields: Readonly<Record<string, string>>
  readonly metrics?: readonly MetricDescriptor[]
  readonly span?: SpanDescriptor
}

/** A channel as it was declared, for those who walk them all. */
export interface DeclaredChannel {
  /** `ashlar:<package>:<event>` */
  readonly name: string
  readonly descriptor: ChannelDescriptor
  /** A subscriber that throws surfaces as an uncaught exception, never in the publisher. */
  subscribe(listener: (event: object) => void): Disposable
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
const declared = new Map<string, DeclaredChannel>()

/**
 * Declares a channel. Call once, at the top of a module.
 * @throws {TypeError} when the name is not of the form `ashlar:<package>:<event>`, or a metric or the span speaks of a
 * field that the event has not.
 */
export function channel<T extends object>(name: string, descriptor: ChannelDescriptor): Channel<T> {
  if (!channelName.test(name)) throw new TypeError(`channel: name must be ashlar:<package>:<event>, got "${name}"`)
  for (const field of fieldsUsed(descriptor)) {
    if (!Object.hasOwn(descriptor.fields, field)) throw new TypeError(`channel: ${name} has no field "${field}"`)
  }
  const inner = diagnosticsChannel(name)
  const made: Channel<T> = {
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
  // A package that is installed twice declares its channels twice; they are the same ones.
  if (!declared.has(name)) {
    declared.set(name, { name, descriptor, subscribe: (listener) => made.subscribe(listener) })
  }
  return made
}

/** Every channel that the loaded modules have declared, by name. */
export function declaredChannels(): readonly DeclaredChannel[] {
  return [...declared.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function fieldsUsed({ metrics = [], span }: ChannelDescriptor): string[] {
  const ofMetrics = metrics.flatMap(({ field, attributes }) =>
    field === undefined ? attributes : [field, ...attributes],
  )
  return span === undefined ? ofMetrics : [...ofMetrics, span.traceField, span.durationField, ...span.attributes]
}
