import { getHeapSpaceStatistics } from 'node:v8'
import { systemClock, type Clock } from '@ashlar/kernel'
import type { MetricRegistry } from '../registry.ts'
import { EventLoopLag, type Lag } from './event-loop-lag.ts'
import { observeGarbageCollection } from './garbage-collection.ts'
import { maxFiles, openFiles, virtualMemory } from './proc-files.ts'

export interface ProcessMetricsOptions {
  readonly clock?: Clock
}

/**
 * Registers what every Node process can tell of itself, under the names that dashboards know from prom-client: CPU, memory,
 * open files, event-loop lag, garbage collection, heap spaces, active resources. Nothing of it keeps the process alive, and
 * all but garbage collections and the loop's ticks is read only when metrics are.
 *
 * Differs: lag is what a tick came late, not the time between ticks, and is that of the last minute or two.
 * @throws {TypeError} when one of the names is taken; nothing is registered then but the histogram of collections.
 */
export function processMetrics(registry: MetricRegistry, options: ProcessMetricsOptions = {}): Disposable {
  const started: Disposable[] = []
  const stop = (): void => {
    for (let part = started.pop(); part !== undefined; part = started.pop()) part[Symbol.dispose]()
  }
  try {
    for (const part of parts(registry, options.clock ?? systemClock)) started.push(part)
  } catch (error) {
    stop()
    throw error
  }
  return { [Symbol.dispose]: stop }
}

function* parts(registry: MetricRegistry, clock: Clock): Generator<Disposable> {
  yield* cpu(registry)
  for (const { name, description, unit, read } of [...memory, ...files]) {
    yield registry.observableGauge({
      name,
      description,
      unit,
      read(report) {
        const value = read()
        if (value !== undefined) report(value)
      },
    })
  }
  yield* about(registry, clock)
  yield* heapSpaces(registry)
  yield* eventLoop(registry, clock)
  yield observeGarbageCollection(registry)
}

interface Reading {
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly read: () => number | undefined
}

const memory: readonly Reading[] = [
  {
    name: 'process_resident_memory_bytes',
    description: 'Memory that the process has in RAM.',
    unit: 'By',
    read: () => process.memoryUsage.rss(),
  },
  {
    name: 'process_virtual_memory_bytes',
    description: 'Address space of the process.',
    unit: 'By',
    read: virtualMemory,
  },
  {
    name: 'nodejs_heap_size_total_bytes',
    description: 'Heap that V8 has taken.',
    unit: 'By',
    read: () => process.memoryUsage().heapTotal,
  },
  {
    name: 'nodejs_heap_size_used_bytes',
    description: 'Heap that is in use.',
    unit: 'By',
    read: () => process.memoryUsage().heapUsed,
  },
  {
    name: 'nodejs_external_memory_bytes',
    description: 'Memory outside the heap that objects in it hold, buffers included.',
    unit: 'By',
    read: () => process.memoryUsage().external,
  },
]

const files: readonly Reading[] = [
  { name: 'process_open_fds', description: 'Files and sockets that are open.', unit: '{file}', read: openFiles },
  { name: 'process_max_fds', description: 'Files and sockets that may be open.', unit: '{file}', read: maxFiles },
]

function* cpu(registry: MetricRegistry): Generator<Disposable> {
  const readings: readonly [name: string, of: string, read: (usage: NodeJS.CpuUsage) => number][] = [
    ['process_cpu_user_seconds_total', 'in the process itself', ({ user }) => user],
    ['process_cpu_system_seconds_total', 'in the system for the process', ({ system }) => system],
    ['process_cpu_seconds_total', 'in all', ({ user, system }) => user + system],
  ]
  for (const [name, of, micros] of readings) {
    yield registry.observableCounter({
      name,
      description: `CPU time used ${of}.`,
      unit: 's',
      read: (report) => report(micros(process.cpuUsage()) / 1e6),
    })
  }
}

function* about(registry: MetricRegistry, clock: Clock): Generator<Disposable> {
  const startSeconds = clock.wall() / 1_000 - process.uptime()
  yield registry.observableGauge({
    name: 'process_start_time_seconds',
    description: 'When the process started, in seconds since 1970.',
    unit: 's',
    read: (report) => report(startSeconds),
  })
  const [major, minor, patch] = process.versions.node.split('.')
  yield registry.observableGauge({
    name: 'nodejs_version_info',
    description: 'The version of Node.js.',
    unit: '{info}',
    labels: ['version', 'major', 'minor', 'patch'],
    read: (report) => report(1, [process.version, major, minor, patch]),
  })
  yield registry.observableGauge({
    name: 'nodejs_active_resources',
    description: 'What keeps the event loop alive, by type.',
    unit: '{resource}',
    labels: ['type'],
    read(report) {
      const counts = new Map<string, number>()
      for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1)
      for (const [type, count] of counts) report(count, [type])
    },
  })
}

function* heapSpaces(registry: MetricRegistry): Generator<Disposable> {
  const sizes = [
    ['total', 'space_size'],
    ['used', 'space_used_size'],
    ['available', 'space_available_size'],
  ] as const
  for (const [what, field] of sizes) {
    yield registry.observableGauge({
      name: `nodejs_heap_space_size_${what}_bytes`,
      description: `Bytes ${what} in each space of the heap.`,
      unit: 'By',
      labels: ['space'],
      read(report) {
        for (const space of getHeapSpaceStatistics()) report(space[field], [space.space_name.replace(/_space$/, '')])
      },
    })
  }
}

function* eventLoop(registry: MetricRegistry, clock: Clock): Generator<Disposable> {
  const lag = new EventLoopLag(clock)
  yield lag
  const readings: readonly [name: string, of: string, field: keyof Lag][] = [
    ['nodejs_eventloop_lag_seconds', 'on average', 'mean'],
    ['nodejs_eventloop_lag_min_seconds', 'at least', 'min'],
    ['nodejs_eventloop_lag_max_seconds', 'at most', 'max'],
    ['nodejs_eventloop_lag_mean_seconds', 'on average', 'mean'],
    ['nodejs_eventloop_lag_stddev_seconds', 'as the standard deviation', 'stddev'],
    ['nodejs_eventloop_lag_p50_seconds', 'half the time at most', 'p50'],
    ['nodejs_eventloop_lag_p90_seconds', 'nine times of ten at most', 'p90'],
    ['nodejs_eventloop_lag_p99_seconds', '99 times of 100 at most', 'p99'],
  ]
  for (const [name, of, field] of readings) {
    yield registry.observableGauge({
      name,
      description: `How late the event loop was ${of}, within the last minute or two.`,
      unit: 's',
      read(report) {
        const figures = lag.read()
        if (figures !== undefined) report(figures[field])
      },
    })
  }
}
