import assert from 'node:assert/strict'
import test from 'node:test'
import { bytesOf } from './entry.ts'
import { entry, entryStoreContract, findAll } from './entry-store-contract.test.support.ts'
import { RecentEntries } from './recent-entries.ts'

entryStoreContract(
  async (_, entries) => {
    const store = new RecentEntries(64 * 1_024 * 1_024)
    store.add(entries)
    return store
  },
  { numRuns: 300 },
)

test('the oldest entries make room, and nothing of them is left', async () => {
  const store = new RecentEntries(10 * bytesOf(entry(1_000_000)))
  for (let id = 1_000_000; id < 1_010_000; id++) store.add([entry(id, { traceId: `t${id % 3}` })])
  assert.deepEqual(store.size, { count: 10, bytes: 10 * bytesOf(entry(1_000_000)) })
  assert.equal(store.oldestId, 1_009_990)
  const found = await findAll(store, {})
  assert.deepEqual(
    found,
    Array.from({ length: 10 }, (_, at) => 1_009_999 - at),
  )
  const ofTraces = await Promise.all(['t0', 't1', 't2'].map((traceId) => store.ofTrace(traceId, 100)))
  assert.deepEqual(
    ofTraces
      .flat()
      .map(({ id }) => id)
      .sort((a, b) => a - b),
    found.toReversed(),
  )
})

test('an entry that is larger than all the room there is leaves the store empty', () => {
  const store = new RecentEntries(1_000)
  store.add([entry(1), entry(2, { content: 'x'.repeat(2_000) })])
  assert.deepEqual(store.size, { count: 0, bytes: 0 })
  assert.equal(store.oldestId, Infinity)
})

test('a room that is none is refused', () => {
  assert.throws(() => new RecentEntries(0), {
    name: 'RangeError',
    message: /maxBytes must be a positive number, got 0/,
  })
})
