import { eachChannel, type DeclaredChannel } from '@ashlar/kernel'
import type { MetricRegistry } from '../metrics/index.ts'
import { errorName } from '../traces/attributes.ts'
import { useTracer, type Tracer } from '../traces/index.ts'
import { channelLogs, type LogSink } from './channel-logs.ts'
import { channelMetrics } from './channel-metrics.ts'
import { channelSpans } from './channel-spans.ts'
import type { ChannelEvent, Consumer } from './event.ts'
import { together } from './together.ts'
import { tracerMetrics } from './tracer-metrics.ts'

export interface ObserveOptions {
  /** Takes the spans, and becomes the one that `span()` records with. @default none are made */
  readonly tracer?: Tracer
  /** @default none are kept */
  readonly metrics?: MetricRegistry
  /** @default none are written */
  readonly log?: LogSink
}

/** Observing, until it is disposed of. */
export interface Observation extends Disposable {
  /** What went wrong in observing: events that a consumer failed on, and channels that could not be observed. */
  readonly failures: number
}

const observed = new WeakSet<MetricRegistry>()

/**
 * Makes metrics, spans and log lines of everything that the program's parts report: of every channel that has been
 * declared, and of those that modules loaded later will declare, by what their descriptors say. Call once, first thing
 * in a program.
 *
 * A channel of which nothing is made is not subscribed to, so reporting on it stays free. What fails in here is counted
 * (`ashlar.telemetry.observe.failures`) and never reaches those who publish.
 * @throws {TypeError} when the registry is observed into already.
 */
export function observe({ tracer, metrics, log }: ObserveOptions): Observation {
  const failures = metrics?.counter({
    name: 'ashlar.telemetry.observe.failures',
    description: 'Events of which nothing could be made.',
    unit: '{event}',
    labels: ['channel'],
  })
  let failed = 0
  const onFailure = (channel: string): void => {
    failed += 1
    failures?.add(1, [channel])
  }
  const consumersOf = (channel: DeclaredChannel): Consumer[] => [
    ...(metrics === undefined ? [] : channelMetrics(channel, metrics, tracer)),
    ...(tracer === undefined ? [] : channelSpans(channel, tracer)),
    ...(log === undefined ? [] : channelLogs(channel, log)),
  ]
  const subscriptions: Disposable[] = []
  const visit = (channel: DeclaredChannel): void => {
    try {
      const consumers = consumersOf(channel)
      if (consumers.length > 0) subscriptions.push(subscribe(channel, consumers, onFailure))
    } catch (error) {
      // Whoever loads the module that declares it is not to fail by it.
      onFailure(channel.name)
      tell(log, channel.name, error)
    }
  }
  const unsubscribe = (): void => {
    for (const subscription of subscriptions.splice(0)) subscription[Symbol.dispose]()
  }
  const held = together([
    ...(metrics === undefined ? [] : [() => claim(metrics)]),
    ...(tracer !== undefined && metrics !== undefined ? [() => tracerMetrics(tracer, metrics)] : []),
    ...(tracer === undefined ? [] : [() => useTracer(tracer)]),
    () => ({ [Symbol.dispose]: unsubscribe }),
    () => eachChannel(visit),
  ])
  return {
    get failures() {
      return failed
    },
    [Symbol.dispose]: () => held[Symbol.dispose](),
  }
}

/** Every event would count as often as a registry is observed into. */
function claim(metrics: MetricRegistry): Disposable {
  if (observed.has(metrics)) throw new TypeError('observe: metrics is a registry that is observed into already')
  observed.add(metrics)
  return { [Symbol.dispose]: () => void observed.delete(metrics) }
}

function subscribe(
  channel: DeclaredChannel,
  consumers: readonly Consumer[],
  onFailure: (channel: string) => void,
): Disposable {
  return channel.subscribe((event) => {
    for (const consume of consumers) {
      try {
        consume(event as ChannelEvent)
      } catch {
        onFailure(channel.name)
      }
    }
  })
}

function tell(log: LogSink | undefined, channel: string, error: unknown): void {
  try {
    log?.error(
      { channel, reason: error instanceof TypeError ? error.message : errorName(error) },
      'a channel cannot be observed',
    )
  } catch {
    // A log that fails is counted with the channel.
  }
}
