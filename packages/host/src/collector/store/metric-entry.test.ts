import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { VirtualClock } from '@ashlar/kernel/testing'
import { batchOf, counterOf } from '../collector.test.support.ts'
import { takeMetricEntries, type MetricAbout, type MetricEntry, type SeriesPart } from './metric-entry.ts'
import { MetricStore } from './metric-store.ts'

const minuteMs = 60_000

function valuesIn(entries: readonly MetricEntry[]): number[] {
  return entries.flatMap(({ content }) =>
    (JSON.parse(content) as SeriesPart[]).flatMap(({ points }) => points.map(([, value]) => value)),
  )
}

/** Takes what a store has, with ids from 1 on. */
function taking(store: MetricStore): () => MetricEntry[] {
  let id = 0
  return () => takeMetricEntries(store.all(), () => ++id)
}

test('of each minute the last point is taken, once, and with it what is needed to read it', async () => {
  const clock = new VirtualClock()
  await clock.advance(minuteMs - (clock.wall() % minuteMs))
  const store = new MetricStore({ clock })
  const take = taking(store)
  for (let at = 0; at < 18; at++) {
    store.add([batchOf([counterOf(at)])])
    await clock.advance(10_000)
  }
  const entries = take()
  assert.deepEqual(valuesIn(entries), [5, 11, 17])
  const [{ name, about, count, content } = { name: '', about: '{}', count: 0, content: '[]' }] = entries
  assert.deepEqual([name, count], ['orders', 3])
  const expected = { kind: 'counter', unit: '{order}', description: 'Orders.', services: ['order'] }
  assert.deepEqual(JSON.parse(about) as MetricAbout, expected)
  const [{ points: _, ...identity } = {}] = JSON.parse(content) as Partial<SeriesPart>[]
  assert.deepEqual(identity, { service: 'order', instance: '', startMs: 0, attributes: { method: 'card' } })
  assert.deepEqual(take(), [])
  store.add([batchOf([counterOf(18)])])
  assert.deepEqual(valuesIn(take()), [18])
})

test('whenever they are taken, also while the clock goes back, the last value is among them and none is taken twice', () => {
  const steps = fc.array(fc.oneof(fc.constant('take' as const), fc.integer({ min: -90_000, max: 90_000 })), {
    maxLength: 60,
  })
  fc.assert(
    fc.property(steps, (all) => {
      let nowMs = 1_700_000_000_000
      const clock = Object.assign(Object.create(new VirtualClock()) as VirtualClock, { wall: () => nowMs })
      const store = new MetricStore({ clock })
      const take = taking(store)
      const taken: number[] = []
      let last = 0
      for (const step of [...all, 'take' as const]) {
        if (step === 'take') {
          taken.push(...valuesIn(take()))
          assert.equal(taken.at(-1) ?? 0, last)
        } else {
          nowMs += step
          store.add([batchOf([counterOf(++last)])])
        }
      }
      assert.deepEqual(
        taken,
        [...new Set(taken)].sort((a, b) => a - b),
      )
    }),
  )
})

test('what is too large for one entry makes several, none much larger than it may be', () => {
  const store = new MetricStore({ clock: new VirtualClock() })
  const label = 'x'.repeat(1_000)
  const points = Array.from({ length: 500 }, (_, id) => ({
    attributes: { id, label },
    startMs: 0,
    timeMs: 1,
    value: id,
  }))
  store.add([batchOf([{ ...counterOf(0), kind: 'counter', temporality: 'cumulative', points }])])
  const entries = taking(store)()
  assert.ok(entries.length >= 8 && entries.every(({ content }) => content.length < 70_000))
  assert.equal(valuesIn(entries).length, 500)
})
