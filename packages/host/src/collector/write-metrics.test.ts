import assert from 'node:assert/strict'
import test from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import { batchOf, counterOf } from './collector.test.support.ts'
import { Collector } from './collector.ts'
import { EntryIds } from './store/entry-ids.ts'
import type { Entry } from './store/entry.ts'
import { HistoryWriter, type WriteTarget } from './store/history-writer.ts'
import type { MetricEntry } from './store/metric-entry.ts'
import { MemoryMetricHistory } from './store/metric-history-contract.test.support.ts'
import { RecentEntries } from './store/recent-entries.ts'
import { writeMetrics } from './write-metrics.ts'

const never = new AbortController().signal

test('metrics are written so often, and once more at the end: what came since is not lost', async () => {
  const clock = new VirtualClock()
  const metrics = new MemoryMetricHistory()
  const target = {
    isTidyDue: false,
    tidy: async () => undefined,
    add: async (entries: { readonly metrics: readonly MetricEntry[] }) => void metrics.entries.push(...entries.metrics),
  }
  const onRefused = (error: unknown): void => assert.fail(String(error))
  const metricWriter = new HistoryWriter({ kinds: ['metrics'], target, onRefused, clock })
  const unused: WriteTarget<'spans' | 'logs', Entry> = {
    isTidyDue: false,
    tidy: async () => undefined,
    add: async () => undefined,
  }
  const writer = new HistoryWriter({ kinds: ['spans', 'logs'], target: unused, onRefused, clock })
  const [spans, logs] = [new RecentEntries(1), new RecentEntries(1)]
  const ids = new EntryIds(clock)
  const collector = new Collector({ ids, clock, history: { spans, logs, metrics, writer, metricWriter } })
  const writing = writeMetrics({ collector, everyMs: 60_000, clock })
  for (const value of [1, 2, 3]) {
    collector.addMetrics([batchOf([counterOf(value)])])
    await clock.advance(60_000)
  }
  assert.equal(metrics.entries.length, 3)
  collector.addMetrics([batchOf([counterOf(4)])])
  // In the order of the service’s parts.
  await writing.drain?.(never)
  await metricWriter.drain(never)
  assert.equal(metrics.entries.length, 4)
  assert.match(metrics.entries.at(-1)?.content ?? '', /,4\]\]/)
  await clock.advance(120_000)
  assert.equal(metrics.entries.length, 4)
  await Promise.all([writing, metricWriter, writer].map((part) => part[Symbol.asyncDispose]()))
  assert.deepEqual(metricWriter.stats.metrics, {
    written: 4,
    queued: 0,
    lost: { 'queue-full': 0, refused: 0, closed: 0 },
  })
})
