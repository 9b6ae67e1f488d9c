import assert from 'node:assert/strict'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, type TestContext } from 'node:test'
import { migrate, sql, type Database } from '@ashlar/sql'
import { testDatabase } from '@ashlar/sql/testing'
import { seededRandom, VirtualClock } from '@ashlar/kernel/testing'
import { batchOf, logOf, spanOf, traceId } from '../collector.test.support.ts'
import { logEntries, spanEntries } from './entry.ts'
import { idAt } from './entry-ids.ts'
import { entry, entryStoreContract, findAll } from './entry-store-contract.test.support.ts'
import { HistoryEntries } from './history-entries.ts'
import { History } from './history.ts'
import type { Retention } from './slices.ts'

const roomy: Retention = { maxBytes: 1024 ** 3, maxAgeMs: 3_600_000 }

async function openHistory(
  t: TestContext,
  options: { readonly url: string; readonly retention?: Retention; readonly clock?: VirtualClock },
): Promise<History> {
  const { url, retention = roomy, clock = new VirtualClock() } = options
  const history = await History.open({ url, retention, metricRetention: roomy, clock, random: seededRandom(1) })
  t.after(() => history[Symbol.asyncDispose]())
  return history
}

// One for all: a database for each would take longer than the test.
const cleanups: (() => Promise<void>)[] = []
let shared: Promise<{ readonly history: History; readonly db: Database }> | undefined
after(async () => {
  await (await shared)?.history[Symbol.asyncDispose]()
  for (const cleanup of cleanups) await cleanup()
})

async function openShared(): Promise<{ readonly history: History; readonly db: Database }> {
  const { url, db } = await testDatabase({ after: (cleanup) => void cleanups.push(cleanup) })
  return {
    history: await History.open({
      url,
      retention: roomy,
      metricRetention: roomy,
      clock: new VirtualClock(),
      random: seededRandom(1),
    }),
    db,
  }
}

entryStoreContract(
  async (_, entries) => {
    const { history, db } = await (shared ??= openShared())
    await db.run(sql`delete from span_entry`)
    await history.add({ spans: entries, logs: [] })
    return history.stores.spans
  },
  { numRuns: 40 },
)

test('no name and no text is one that the database refuses', async (t) => {
  const { url } = await testDatabase(t)
  const history = await openHistory(t, { url })
  const strange = 'a\0b\uD800"\\{}\u2028'
  const span = spanOf({ name: strange, attributes: { [strange]: strange }, durationMs: Infinity })
  const spans = spanEntries([batchOf([span], strange)], () => 1)
  const logs = logEntries([batchOf([logOf({ body: strange, severity: 0.5 })], strange.repeat(100))], () => 2)
  await history.add({ spans, logs })
  assert.deepEqual(await history.stores.spans.ofTrace(traceId, 1), spans)
  assert.deepEqual(await history.stores.logs.ofTrace(traceId, 1), logs)
  assert.deepEqual(await findAll(history.stores.logs, { containing: strange }), [2])
})

test('history is there after a restart, and ids go on after it', async (t) => {
  const { url } = await testDatabase(t)
  const first = await openHistory(t, { url })
  await first.add({ spans: [entry(5)], logs: [entry(7, { traceId: '' })] })
  await first[Symbol.asyncDispose]()
  const second = await openHistory(t, { url })
  assert.deepEqual(await second.stores.spans.ofTrace('t1', 10), [entry(5)])
  assert.deepEqual(await findAll(second.stores.logs, {}), [7])
  assert.equal(await second.lastId(), 7)
})

test('what a collector without metrics in its history has written is there after it was replaced, for as long as it may', async (t) => {
  const { url, db } = await testDatabase(t)
  const directory = await mkdtemp(join(tmpdir(), 'ashlar-'))
  t.after(() => rm(directory, { recursive: true }))
  const first = '0001-history.sql'
  await copyFile(new URL(`../../../migrations/collector/${first}`, import.meta.url), join(directory, first))
  await migrate(db, { namespace: 'collector', directory })
  const { slice } = await db.one(sql<{ slice: number }>`select open_history_slice(1) as slice`)
  const clock = new VirtualClock()
  const [one, other] = [idAt(clock.wall()), idAt(clock.wall() + 1)]
  await new HistoryEntries(db, 'span_entry').add(slice, [entry(one)])
  const history = await openHistory(t, { url, clock })
  await history.add({ spans: [entry(other)], logs: [] })
  assert.deepEqual(await findAll(history.stores.spans, {}), [other, one])
  await clock.advance(roomy.maxAgeMs + 1)
  await history.tidy()
  assert.deepEqual(await findAll(history.stores.spans, {}), [other], 'what it left is dropped like all else')
})

test('entries that are added again are there once', async (t) => {
  const { url } = await testDatabase(t)
  const history = await openHistory(t, { url })
  await history.add({ spans: [entry(1)], logs: [] })
  await history.add({ spans: [entry(1), entry(2)], logs: [] })
  assert.deepEqual(await findAll(history.stores.spans, {}), [2, 1])
})

test('what is too old goes a slice at a time; what is younger stays', async (t) => {
  const { url } = await testDatabase(t)
  const clock = new VirtualClock()
  const history = await openHistory(t, { url, clock, retention: { ...roomy, maxAgeMs: 16_000 } })
  const ids = Array.from({ length: 30 }, (_, at) => idAt(clock.wall() + at * 1_000))
  for (const id of ids) {
    if (history.isTidyDue) await history.tidy()
    await history.add({ spans: [entry(id)], logs: [] })
    await clock.advance(1_000)
  }
  await history.tidy()
  const left = await findAll(history.stores.spans, {})
  assert.deepEqual(left, ids.toReversed().slice(0, left.length))
  assert.ok(left.length >= 16 && left.length <= 18, `${left.length} are left`)
  assert.ok(history.stats.droppedSlices >= 12)
  await clock.advance(60_000)
  await history.tidy()
  await history.tidy()
  assert.deepEqual(await findAll(history.stores.spans, {}), [], 'the last slice goes too when nothing new comes')
})

test('history takes no more room on the disk than it may, whatever comes', async (t) => {
  const { url, db } = await testDatabase(t)
  const retention = { ...roomy, maxBytes: 4 * 1024 * 1024 }
  const history = await openHistory(t, { url, retention })
  // Random text, which does not compress.
  const random = seededRandom(3)
  const content = (): string => JSON.stringify(Array.from({ length: 100 }, () => random.next()))
  const firstId = idAt(new VirtualClock().wall())
  for (let id = firstId; id < firstId + 8_000; id += 100) {
    if (history.isTidyDue) await history.tidy()
    await history.add({
      spans: Array.from({ length: 100 }, (_, at) => entry(id + at, { content: content() })),
      logs: [],
    })
  }
  const { bytes } = await db.one(sql<{ bytes: number }>`
    select sum(pg_total_relation_size(oid))::int8 as bytes from pg_class where relname like 'span_entry_%' and relkind = 'r'`)
  assert.ok(bytes <= retention.maxBytes * 1.1, `${bytes} bytes`)
  assert.ok(bytes >= retention.maxBytes * 0.5, `${bytes} bytes`)
  assert.equal((await findAll(history.stores.spans, {}, 200))[0], firstId + 7_999, 'the newest are there')
  assert.ok(history.stats.droppedSlices > 0)
})
