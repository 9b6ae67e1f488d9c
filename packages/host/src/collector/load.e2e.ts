import assert from 'node:assert/strict'
import test from 'node:test'
import { judgeLoad, loadCollector } from './collector-load.test.support.ts'

// A proof asks for longer.
const seconds = Number(process.env['COLLECTOR_LOAD_SECONDS'] ?? 5)
const maxMb = 384

test('at 20,000 spans a second memory is bounded, every loss is counted, and the sender is not slowed', async (t) => {
  const figures = await loadCollector(t, { spansPerSecond: 20_000, seconds })
  t.diagnostic(JSON.stringify(figures))
  assert.deepEqual(judgeLoad(figures, maxMb), [])
})

test('while the database takes nothing spans wait, as many as there is room for; the rest is lost and counted', async (t) => {
  const figures = await loadCollector(t, { spansPerSecond: 20_000, seconds, isHistoryHeld: true })
  t.diagnostic(JSON.stringify(figures))
  assert.ok(figures.lostByCollector > 10_000 && figures.written > 10_000)
  assert.deepEqual(judgeLoad(figures, maxMb), [])
})
