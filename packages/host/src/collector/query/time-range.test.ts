import assert from 'node:assert/strict'
import test from 'node:test'
import { InvalidInputError } from '@ashlar/kernel'
import { Parameters } from './parameters.ts'
import { rangeOf, type TimeRange } from './time-range.ts'

const nowMs = 1_700_000_000_000
const hourMs = 3_600_000
const bounds = { oldestMs: nowMs - 72 * hourMs, usualMs: 900_000 }

function read(query: string): TimeRange {
  const asked = new Parameters(new URLSearchParams(query))
  const range = rangeOf(asked, nowMs, bounds)
  asked.check()
  return range
}

function wrongIn(query: string): readonly string[] {
  try {
    read(query)
    return []
  } catch (error) {
    return (error as InvalidInputError).issues.map(({ path, message }) => `${path} ${message}`)
  }
}

test('a time is until now, and the last quarter of an hour, unless something else is asked for', () => {
  assert.deepEqual(read(''), { fromMs: nowMs - 900_000, toMs: nowMs, stepMs: 10_000 })
  assert.deepEqual(read(`since=${nowMs - 6 * hourMs}`), { fromMs: nowMs - 6 * hourMs, toMs: nowMs, stepMs: 120_000 })
  const ended = { fromMs: nowMs - hourMs - 900_000, toMs: nowMs - hourMs, stepMs: 10_000 }
  assert.deepEqual(read(`until=${nowMs - hourMs}`), ended)
  assert.deepEqual(read(`since=${nowMs - hourMs}&stepMs=60000`).stepMs, 60_000)
})

test('a time before there was anything begins with what there is, so that its points are not far apart', () => {
  assert.deepEqual(read('since=0'), { fromMs: bounds.oldestMs, toMs: nowMs, stepMs: 1_800_000 })
  assert.deepEqual(read(`since=0&until=${hourMs}`).fromMs, hourMs)
})

test('a time that ends before it begins, and steps of which there would be too many, are refused', () => {
  assert.match(wrongIn(`since=${nowMs}&until=${nowMs - 1}`).join(), /^since is not after until/)
  assert.match(wrongIn(`since=${nowMs + 1}`).join(), /^since is not after until, nor after now/)
  assert.match(wrongIn(`since=${nowMs - 2 * hourMs}&stepMs=4999`).join(), /^stepMs is a number from 5000 to /)
  assert.deepEqual(wrongIn(`since=${nowMs - 2 * hourMs}&stepMs=5000`), [])
})
