import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { sql, type Database } from '@ashlar/sql'
import { testDatabase } from '@ashlar/sql/testing'
import { seededRandom, VirtualClock } from '@ashlar/kernel/testing'
import { batchOf, counterOf } from '../collector.test.support.ts'
import { entry, findAll } from './entry-store-contract.test.support.ts'
import { idAt } from './entry-ids.ts'
import { History } from './history.ts'
import { metricEntry, MemoryMetricHistory, metricHistoryContract } from './metric-history-contract.test.support.ts'
import { takeMetricEntries, type MetricEntry } from './metric-entry.ts'
import { MetricStore } from './metric-store.ts'
import type { Retention } from './slices.ts'

const roomy: Retention = { maxBytes: 1_024 ** 3, maxAgeMs: 3_600_000 }

async function openHistory(
  t: TestContext,
  options: {
    readonly metricRetention?: Retention
    readonly retention?: Retention
    readonly clock?: VirtualClock
    readonly url?: string
  } = {},
): Promise<{ readonly history: History; readonly url: string; readonly db: Database }> {
  const { db, url } = await testDatabase(t)
  const { clock = new VirtualClock(), retention = roomy, metricRetention = roomy } = options
  const at = options.url ?? url
  const history = await History.open({ url: at, retention, metricRetention, clock, random: seededRandom(1) })
  t.after(() => history[Symbol.asyncDispose]())
  return { history, url: at, db }
}

metricHistoryContract(async (t, entries) => {
  const { history } = await openHistory(t)
  await history.stores.metrics.add({ metrics: entries })
  return history.stores.metrics
})

metricHistoryContract(async (_, entries) => {
  const history = new MemoryMetricHistory()
  history.entries.push(...entries)
  return history
})

const everything = { from: 0, before: Number.MAX_SAFE_INTEGER }

async function idsIn({ stores }: History): Promise<number[]> {
  return (await stores.metrics.find('depth', everything, 10_000)).map(({ id }) => id)
}

test('metrics are there after a restart, once also when they were written twice, and ids go on after them', async (t) => {
  const { history, url } = await openHistory(t)
  await history.stores.metrics.add({ metrics: [metricEntry(5)] })
  await history.stores.metrics.add({ metrics: [metricEntry(5), metricEntry(7)] })
  await history[Symbol.asyncDispose]()
  const { history: second } = await openHistory(t, { url })
  assert.deepEqual(await idsIn(second), [7, 5])
  assert.equal(await second.lastId(), 7)
})

test('no label, unit or description is one that the database refuses', async (t) => {
  const { history } = await openHistory(t)
  const store = new MetricStore({ clock: new VirtualClock() })
  const strange = 'a\0b\uD800"\\{}\u2028'
  const points = [{ attributes: { [strange]: strange, list: [strange] }, startMs: 0.5, timeMs: 1, value: 1 }]
  const record = { ...counterOf(1), unit: strange, description: strange.repeat(500), points }
  store.add([batchOf([{ ...record, kind: 'counter', temporality: 'cumulative' }], strange)])
  const entries = takeMetricEntries(store.all(), () => 1)
  await history.stores.metrics.add({ metrics: entries })
  assert.deepEqual(await history.stores.metrics.find('orders', everything, 1), entries)
})

test('what is too old goes a slice at a time, and spans have their own time', async (t) => {
  const clock = new VirtualClock()
  const { history } = await openHistory(t, { clock, metricRetention: { ...roomy, maxAgeMs: 16_000 } })
  const { metrics } = history.stores
  const startMs = clock.wall()
  const ids = Array.from({ length: 30 }, (_, at) => idAt(startMs + at * 1_000))
  for (const id of ids) {
    if (metrics.isTidyDue) await metrics.tidy()
    await metrics.add({ metrics: [metricEntry(id)] })
    await history.add({ spans: [entry(id)], logs: [] })
    await clock.advance(1_000)
  }
  await metrics.tidy()
  await history.tidy()
  const left = await idsIn(history)
  assert.deepEqual(left, ids.toReversed().slice(0, left.length))
  assert.ok(left.length >= 16 && left.length <= 18, `${left.length} are left`)
  assert.ok(metrics.oldestMs >= startMs + 10_000 && metrics.oldestMs <= startMs + 14_000)
  assert.equal((await findAll(history.stores.spans, {}, 30)).length, 30)
})

test('what is compressed fills a slice by the room that it takes, not by its length', async (t) => {
  // A slice may take a sixteenth.
  const { history, db } = await openHistory(t, { metricRetention: { ...roomy, maxBytes: 4 * 1_024 * 1_024 } })
  const { metrics } = history.stores
  for (let id = 1; id <= 200; id++) {
    if (metrics.isTidyDue) await metrics.tidy()
    await metrics.add({ metrics: [metricEntry(id, { content: `[${' '.repeat(10_000)}]` })] })
  }
  const slices = await db.rows(sql`select from history_slice where kind = 'metrics'`)
  assert.equal(slices.length, 1)
})

test('what became too old while no collector ran goes when the next one starts', async (t) => {
  const clock = new VirtualClock()
  const { history, url } = await openHistory(t, { clock })
  await history.stores.metrics.add({ metrics: [metricEntry(idAt(clock.wall()))] })
  await clock.advance(roomy.maxAgeMs / 2)
  const id = idAt(clock.wall())
  await history.stores.metrics.tidy()
  await history.stores.metrics.add({ metrics: [metricEntry(id)] })
  await history[Symbol.asyncDispose]()
  await clock.advance(roomy.maxAgeMs / 2 + 1)
  const { history: second } = await openHistory(t, { url, clock })
  assert.deepEqual(await idsIn(second), [id])
  await second[Symbol.asyncDispose]()
  await clock.advance(roomy.maxAgeMs / 2)
  const { history: third } = await openHistory(t, { url, clock })
  assert.deepEqual(await idsIn(third), [])
})

test('metrics take no more room than they may, and a flood of spans does not push them out', async (t) => {
  const maxBytes = 2 * 1_024 * 1_024
  const { history, db } = await openHistory(t, {
    retention: { ...roomy, maxBytes },
    metricRetention: { ...roomy, maxBytes },
  })
  const { metrics } = history.stores
  const random = seededRandom(3)
  // Random text, which does not compress.
  const content = (): string => JSON.stringify(Array.from({ length: 100 }, () => random.next()))
  const firstId = idAt(new VirtualClock().wall())
  await metrics.add({ metrics: [metricEntry(firstId)] })
  for (let id = firstId + 1; id < firstId + 3_000; id += 100) {
    if (history.isTidyDue) await history.tidy()
    await history.add({
      spans: Array.from({ length: 100 }, (_, at) => entry(id + at, { content: content() })),
      logs: [],
    })
  }
  assert.ok(history.stats.droppedSlices > 0)
  assert.deepEqual(await idsIn(history), [firstId])
  for (let id = firstId + 1; id < firstId + 3_000; id += 100) {
    if (metrics.isTidyDue) await metrics.tidy()
    const some = Array.from({ length: 100 }, (_, at): MetricEntry => metricEntry(id + at, { content: content() }))
    await metrics.add({ metrics: some })
  }
  const { bytes } = await db.one(sql<{ bytes: number }>`
    select sum(pg_total_relation_size(oid))::int8 as bytes from pg_class where relname like 'metric_entry_%' and relkind = 'r'`)
  assert.ok(bytes <= maxBytes * 1.15 && bytes >= maxBytes * 0.4, `${bytes} bytes`)
  assert.ok(metrics.stats.droppedSlices > 0)
  assert.equal((await idsIn(history))[0], firstId + 3_000)
})
