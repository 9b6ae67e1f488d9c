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
  /** The field with a name that says more, such as the method that was called: only one with few values. */
  readonly nameField?: string
  /** Which side of a call the work is. @default 'internal' */
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  /**
   * The field with the work's `TraceContext`: the id in the event is the id that went over the wire. An event whose
   * field is `undefined` makes no span.
   */
  readonly traceField: string
  /** The field with the span id that the work is part of, as `parentSpanId` gives it. @default none: it is of no other */
  readonly parentField?: string
  /** The field with how long the work took, in milliseconds. */
  readonly durationField: string
  /**
   * The field with how long ago the work began when the event is published, in milliseconds: for work that is over
   * before its event is published. @default the duration
   */
  readonly ageField?: string
  /** The field with why it failed: what was thrown, or a code; `undefined` when it did not. @default none: it never fails */
  readonly errorField?: string
  readonly attributes: readonly string[]
}

/** A line to be logged of each of a channel's events. */
export interface LogDescriptor {
  /** `debug` for what is part of normal flow and frequent, `warn` for what somebody may have to act on. */
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  /** The same for every event: what differs is in the fields. */
  readonly message: string
  /** Fields to tell. An error is told by its code or class, never by its message. */
  readonly attributes: readonly string[]
}

/** What a channel's events mean, for those who make metrics, spans, log lines and documentation of them. */
export interface ChannelDescriptor {
  /** One sentence: when an event is published. */
  readonly description: string
  /** The event's fields, each with what it holds and in which unit. */
  readonly fields: Readonly<Record<string, string>>
  readonly metrics?: readonly MetricDescriptor[]
  readonly span?: SpanDescriptor
  readonly log?: LogDescriptor
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
const watchers = new Set<(channel: DeclaredChannel) => void>()

/**
 * Declares a channel. Call once, at the top of a module.
 * @throws {TypeError} when the name is not of the form `ashlar:<package>:<event>`, or what is made of it speaks
 * of a field that the event has not.
 */
export function channel<T extends object>(name: string, descriptor: ChannelDescriptor): Channel<T> {
  if (!channelName.test(name)) throw new TypeError(`channel: name must be ashlar:<package>:<event>, got "${name}"`)
  for (const field of fieldsUsed(descriptor)) {
    if (!Object.hasOwn(descriptor.fields, field)) throw new TypeError(`channel: ${name} has no field "${field}"`)
  }
  const made = new DiagnosticChannel<T>(name, descriptor)
  // A package that is installed twice declares its channels twice; they are the same ones.
  if (!declared.has(name)) {
    const listed: DeclaredChannel = { name, descriptor, subscribe: (listener) => made.subscribe(listener) }
    declared.set(name, listed)
    for (const watcher of watchers) watcher(listed)
  }
  return made
}

// A class, because an object with a getter of its own is a dictionary to the engine: asking costs 9 ns, not none.
class DiagnosticChannel<T extends object> implements Channel<T> {
  readonly name: string
  readonly descriptor: ChannelDescriptor
  readonly #inner: ReturnType<typeof diagnosticsChannel>

  constructor(name: string, descriptor: ChannelDescriptor) {
    this.name = name
    this.descriptor = descriptor
    this.#inner = diagnosticsChannel(name)
  }

  get hasSubscribers(): boolean {
    return this.#inner.hasSubscribers
  }

  publish(event: T): void {
    this.#inner.publish(event)
  }

  subscribe(listener: (event: T) => void): Disposable {
    const onMessage = (message: unknown): void => listener(message as T)
    this.#inner.subscribe(onMessage)
    return {
      [Symbol.dispose]: () => {
        this.#inner.unsubscribe(onMessage)
      },
    }
  }
}

/** Every channel that the loaded modules have declared, by name. */
export function declaredChannels(): readonly DeclaredChannel[] {
  return [...declared.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * Calls `visit` with every channel that has been declared, and with each that will be, as modules are loaded, until the
 * result is disposed of. It must not throw: whoever loads the module would be told.
 */
export function eachChannel(visit: (channel: DeclaredChannel) => void): Disposable {
  const watcher = (one: DeclaredChannel): void => visit(one)
  watchers.add(watcher)
  for (const one of declaredChannels()) visit(one)
  return {
    [Symbol.dispose]() {
      watchers.delete(watcher)
    },
  }
}

function fieldsUsed({ metrics = [], span, log }: ChannelDescriptor): string[] {
  const used = [...metrics, span, log].flatMap((made) => (made === undefined ? [] : made.attributes))
  const single = [
    ...metrics.map(({ field }) => field),
    span?.nameField,
    span?.traceField,
    span?.parentField,
    span?.durationField,
    span?.ageField,
    span?.errorField,
  ]
  return [...used, ...single.filter((field) => field !== undefined)]
}
