import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import * as fc from 'fast-check'
import type { Entry } from './entry.ts'
import { passes, type EntryFilter, type EntryStore } from './entry-store.ts'

/** A store that holds these entries and no others. */
export type OpenStore = (t: TestContext, entries: readonly Entry[]) => Promise<EntryStore>

export function entry(id: number, fields: Partial<Entry> = {}): Entry {
  const content = JSON.stringify({ spans: [{ name: `work ${id}` }] })
  return { id, traceId: 't1', service: 'order', rank: 0, hasError: false, count: 1, content, ...fields }
}

/** All that a search finds, page after page. */
export async function findAll(store: EntryStore, filter: Omit<EntryFilter, 'before'>, limit = 3): Promise<number[]> {
  const ids: number[] = []
  let before: number | undefined = Number.MAX_SAFE_INTEGER
  for (let pages = 0; before !== undefined; pages++) {
    assert.ok(pages < 1_000, 'the search comes to an end')
    const found = await store.find({ ...filter, before }, limit)
    assert.ok(found.entries.length <= limit)
    ids.push(...found.entries.map(({ id }) => id))
    before = found.next
  }
  return ids
}

const strange = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.toWellFormed())
const entries = fc
  .array(
    fc.record({
      traceId: fc.constantFrom('', 't1', 't2'),
      service: fc.constantFrom('order', 'payment'),
      rank: fc.constantFrom(0, 9, 17, 1.5, 1e9),
      hasError: fc.boolean(),
      name: strange,
    }),
    { maxLength: 12 },
  )
  .map((all) => all.map(({ name, ...fields }, at) => entry(at + 1, { ...fields, content: JSON.stringify({ name }) })))
const filters = fc.record(
  {
    service: fc.constantFrom('order', 'payment', 'nobody', 'no\0body'),
    minRank: fc.constantFrom(0, 9, 10.5),
    onlyErrors: fc.boolean(),
    containing: fc.oneof(
      fc.constantFrom('a', 'A', '"', '\\', '\0', '%', 'É'),
      strange.filter((text) => text !== ''),
    ),
    from: fc.nat(12),
  },
  { requiredKeys: [] },
)

/** What every store of entries promises. */
export function entryStoreContract(open: OpenStore, { numRuns }: { readonly numRuns: number }): void {
  test('a search finds what passes its filter, newest first, page after page, and nothing twice', async (t) => {
    await fc.assert(
      fc.asyncProperty(entries, filters, fc.integer({ min: 1, max: 5 }), async (all, filter, limit) => {
        const store = await open(t, all)
        const expected = all.filter((one) => passes(one, { ...filter, before: Number.MAX_SAFE_INTEGER })).toReversed()
        assert.deepEqual(
          await findAll(store, filter, limit),
          expected.map(({ id }) => id),
        )
      }),
      { numRuns },
    )
  })

  test('the entries of a trace come back whole, in the order of their arrival, as many as are wanted', async (t) => {
    const mine = [entry(1), entry(3, { rank: 0.1, hasError: true, count: 7 }), entry(4, { content: '"\\u0000é"' })]
    const store = await open(t, [mine[0] as Entry, entry(2, { traceId: 't2' }), ...mine.slice(1)])
    assert.deepEqual(await store.ofTrace('t1', 10), mine)
    assert.deepEqual(await store.ofTrace('t1', 2), mine.slice(0, 2))
    assert.deepEqual(await store.ofTrace('nobody', 10), [])
  })

  test('what belongs to no trace is not one trace', async (t) => {
    const store = await open(t, [entry(1, { traceId: '' })])
    assert.deepEqual(await store.ofTrace('', 10), [])
  })

  test('one search looks at a bounded number of entries, and says where to go on', async (t) => {
    const all = Array.from({ length: 5_100 }, (_, at) =>
      entry(at + 1, { traceId: '', service: at === 3 ? 'rare' : 'order' }),
    )
    const store = await open(t, all)
    const first = await store.find({ service: 'rare', before: Number.MAX_SAFE_INTEGER }, 10)
    assert.deepEqual(first.entries, [])
    assert.ok(first.next !== undefined && first.next > 4 && first.next <= 101, `goes on at ${first.next}`)
    assert.deepEqual(await findAll(store, { service: 'rare' }), [4])
  })
}
