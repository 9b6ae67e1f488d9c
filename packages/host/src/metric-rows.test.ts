import assert from 'node:assert/strict'
import test from 'node:test'
import type { Increase, SeriesView } from './collector/query/series-in-range.ts'
import { growthOf, metricRows } from './metric-rows.ts'

function life(instance: string, fromMs: number, toMs: number, fields: Partial<SeriesView> = {}): SeriesView {
  const points = [[fromMs, 0] as const, [toMs, 1] as const]
  return { service: 'order', instance, startMs: 0, attributes: { a: 1, b: 2 }, points, ...fields }
}

test('processes one after the other share a row, those at the same time have rows of their own', () => {
  const series = [
    life('elsewhere', 0, 10, { service: 'payment' }),
    life('second', 20, 30, { attributes: { b: 2, a: 1 } }),
    life('first', 0, 10),
    life('beside', 5, 30),
    life('other', 0, 10, { attributes: { a: 2 } }),
  ]
  assert.deepEqual(
    metricRows(series).map((row) => row.map(({ instance }) => instance)),
    [['first', 'second'], ['beside'], ['other'], ['elsewhere']],
  )
})

test('what processes grew by is added up, over all the time from the first to the last', () => {
  const increase = (fromMs: number, ...counts: number[]): Increase => {
    return { fromMs, amount: 3, sum: 30, histogram: { bounds: [5], counts } }
  }
  const one = life('one', 0, 10_000, { increase: increase(0, 1, 2) })
  const two = life('two', 20_000, 60_000, { increase: increase(20_000, 3, 4) })
  assert.deepEqual(growthOf([one, two]), {
    amount: 6,
    sum: 60,
    seconds: 60,
    histogram: { bounds: [5], counts: [4, 6] },
  })
  assert.deepEqual(growthOf([one, life('three', 20_000, 30_000)])?.amount, 3)
  assert.equal(growthOf([life('three', 20_000, 30_000)]), undefined)
})

test('what a process counted before its first point took the time since its start', () => {
  const short = life('short', 50_000, 110_000, { increase: { fromMs: 0, amount: 110 } })
  assert.equal(growthOf([short])?.seconds, 110)
})

test('buckets that differ are not added up, whatever comes after', () => {
  const withBounds = (bound: number): SeriesView =>
    life('one', 0, 10_000, {
      increase: { fromMs: 0, amount: 1, sum: 1, histogram: { bounds: [bound], counts: [1, 0] } },
    })
  assert.equal(growthOf([withBounds(5), withBounds(10), withBounds(10)])?.histogram, undefined)
  assert.deepEqual(growthOf([withBounds(5), life('two', 20_000, 30_000)])?.histogram?.counts, [1, 0])
})
