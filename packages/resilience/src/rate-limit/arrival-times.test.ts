import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ArrivalTimes } from './arrival-times.ts'

function filled(maxKeys: number, times: readonly number[]): ArrivalTimes {
  const arrivals = new ArrivalTimes(maxKeys)
  for (const [key, time] of times.entries()) arrivals.add(`key ${key}`, time, 0)
  return arrivals
}

const timeOf = (arrivals: ArrivalTimes, key: number): number => arrivals.at(arrivals.placeOf(`key ${key}`))

suite('the times of keys', () => {
  test('are kept for as many keys as asked, by key; one that is not kept has none', () => {
    const arrivals = filled(
      1_000,
      Array.from({ length: 300 }, (_, key) => key + 1),
    )
    assert.equal(arrivals.size, 300)
    for (let key = 0; key < 300; key++) assert.equal(timeOf(arrivals, key), key + 1)
    assert.equal(arrivals.placeOf('nobody'), -1)
    assert.equal(arrivals.at(-1), 0)
    arrivals.set(arrivals.placeOf('key 7'), 99)
    assert.equal(timeOf(arrivals, 7), 99)
  })

  test('a time that lies in the past makes room, and nothing is counted as lost', () => {
    const arrivals = filled(4, [50, 60, 10, 70])
    arrivals.add('new', 80, 10)
    assert.equal(arrivals.placeOf('key 2'), -1)
    assert.equal(arrivals.at(arrivals.placeOf('new')), 80)
    assert.equal(arrivals.size, 4)
    assert.equal(arrivals.evicted, 0)
  })

  test('where none lies in the past, the nearest goes, the first of equals, and that is counted', () => {
    const arrivals = filled(4, [50, 40, 60, 40])
    arrivals.add('new', 80, 10)
    assert.deepEqual([arrivals.placeOf('key 1'), arrivals.evicted], [-1, 1])
    assert.equal(timeOf(arrivals, 3), 40)
    arrivals.add('newer', 90, 10)
    assert.deepEqual([arrivals.placeOf('key 3'), arrivals.evicted], [-1, 2])
  })

  test('sixteen are looked at, and the next time the sixteen after them', () => {
    const times = Array.from({ length: 40 }, (_, key) => 1_000 - key)
    const arrivals = filled(40, times)
    for (const [round, gone] of [15, 31].entries()) {
      arrivals.add(`new ${round}`, 2_000, 10)
      assert.equal(arrivals.placeOf(`key ${gone}`), -1)
      assert.equal(arrivals.size, 40)
    }
    // The eight that are left, and then from the start again.
    arrivals.add('new 2', 2_000, 10)
    assert.equal(arrivals.placeOf('key 39'), -1)
  })
})
