import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import type { MetricHistory } from './history-metrics.ts'
import type { MetricEntry } from './metric-entry.ts'

/** A history that holds these entries and no others. */
export type OpenMetricHistory = (t: TestContext, entries: readonly MetricEntry[]) => Promise<MetricHistory>

export function metricEntry(id: number, fields: Partial<MetricEntry> = {}): MetricEntry {
  const about = JSON.stringify({ kind: 'gauge', unit: '1', description: '', services: ['order'] })
  return { id, name: 'depth', about, count: 1, content: '[]', ...fields }
}

/** A history in memory, for tests. */
export class MemoryMetricHistory implements MetricHistory {
  readonly entries: MetricEntry[] = []
  oldestMs = 0
  failWith: Error | undefined

  async find(
    name: string,
    { from, before }: { readonly from: number; readonly before: number },
    limit: number,
  ): Promise<MetricEntry[]> {
    if (this.failWith !== undefined) throw this.failWith
    const found = this.entries.filter((one) => one.name === name && one.id >= from && one.id < before)
    return found.toSorted((a, b) => b.id - a.id).slice(0, limit)
  }

  async names(from: number): Promise<Pick<MetricEntry, 'name' | 'about'>[]> {
    if (this.failWith !== undefined) throw this.failWith
    const found = new Map<string, Pick<MetricEntry, 'name' | 'about'>>()
    for (const { id, name, about } of this.entries.toSorted((a, b) => b.id - a.id)) {
      const key = JSON.stringify([name, about])
      if (id >= from && !found.has(key)) found.set(key, { name, about })
    }
    return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  }
}

/** What every history of metrics promises. */
export function metricHistoryContract(open: OpenMetricHistory): void {
  const all = [1, 2, 3, 4, 5, 6].map((id) => metricEntry(id, { name: id % 2 === 0 ? 'depth' : 'other' }))

  test('entries of a metric are found, newest first, those of a time and no more than are wanted', async (t) => {
    const history = await open(t, all)
    const idsOf = async (from: number, before: number, limit: number): Promise<number[]> =>
      (await history.find('depth', { from, before }, limit)).map(({ id }) => id)
    assert.deepEqual(await history.find('depth', { from: 4, before: 5 }, 10), [all[3]])
    assert.deepEqual(await idsOf(0, 100, 10), [6, 4, 2])
    assert.deepEqual(await idsOf(0, 100, 2), [6, 4])
    assert.deepEqual(await idsOf(4, 6, 10), [4])
    assert.deepEqual(await history.find('no\0thing', { from: 0, before: 100 }, 10), [])
  })

  test('what metrics are said to be of a time is found, each once, the newest first', async (t) => {
    const history = await open(t, [...all, metricEntry(7, { name: 'other', about: '{}' })])
    const first = metricEntry(1).about
    assert.deepEqual(await history.names(0), [
      { name: 'depth', about: first },
      { name: 'other', about: '{}' },
      { name: 'other', about: first },
    ])
    assert.deepEqual(await history.names(7), [{ name: 'other', about: '{}' }])
  })
}
