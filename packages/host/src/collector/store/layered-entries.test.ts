import assert from 'node:assert/strict'
import test from 'node:test'
import { BusyError, QueryError } from '@ashlar/sql'
import { bytesOf, type Entry } from './entry.ts'
import { entry, entryStoreContract, findAll } from './entry-store-contract.test.support.ts'
import type { EntryStore } from './entry-store.ts'
import { LayeredEntries } from './layered-entries.ts'
import { RecentEntries } from './recent-entries.ts'

/** Memory that holds a few, over a history that holds all. */
function layered(entries: readonly Entry[], memoryBytes: number): LayeredEntries {
  const [recent, history] = [new RecentEntries(memoryBytes), new RecentEntries(1e9)]
  recent.add(entries)
  history.add(entries)
  return new LayeredEntries(recent, history)
}

entryStoreContract(async (_, entries) => layered(entries, 3 * bytesOf(entry(1))), { numRuns: 300 })

test('what is not written yet is found in memory, what memory has forgotten in history', async () => {
  const [recent, history] = [new RecentEntries(2 * bytesOf(entry(1))), new RecentEntries(1e9)]
  recent.add([entry(1), entry(2), entry(3)])
  history.add([entry(1), entry(2)])
  const store = new LayeredEntries(recent, history)
  assert.deepEqual(await findAll(store, {}), [3, 2, 1])
  assert.deepEqual(await store.ofTrace('t1', 10), [entry(1), entry(2), entry(3)])
})

test('while the database is away memory answers alone; what is wrong with a question is said all the same', async () => {
  const failing = (error: Error): EntryStore => {
    const fail = async (): Promise<never> => {
      throw error
    }
    return { find: fail, ofTrace: fail }
  }
  const recent = new RecentEntries(1e9)
  recent.add([entry(1)])
  const away = new LayeredEntries(recent, failing(new BusyError('away')))
  assert.deepEqual(await findAll(away, {}), [1])
  assert.deepEqual(await away.ofTrace('t1', 10), [entry(1)])
  const broken = new LayeredEntries(recent, failing(new QueryError('42P01', 'no such table')))
  await assert.rejects(findAll(broken, {}), { code: 'ASHLAR_SQL_QUERY' })
})
