import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { SpanRecord } from './span-record.ts'
import { SpanRing } from './span-ring.ts'

const span = (name: string): SpanRecord => ({ name }) as SpanRecord

test('every span is read once and in order, or was overwritten and is counted: with any readers, whatever their pace', () => {
  const steps = fc.array(fc.oneof(fc.constant('write' as const), fc.record({ reader: fc.nat(1), max: fc.nat(6) })), {
    maxLength: 120,
  })
  const property = fc.property(fc.integer({ min: 1, max: 8 }), steps, (capacity, all) => {
    const ring = new SpanRing(capacity)
    let written = 0
    const readers = [ring.reader('first'), ring.reader('next')]
    const read: number[][] = [[], []]
    const take = (index: number, max: number): void => {
      const spans = readers[index]?.take(max) ?? []
      assert.ok(spans.length <= max)
      read[index]?.push(...spans.map(({ name }) => Number(name)))
    }
    for (const step of all) {
      if (step === 'write') ring.push(span(String(written++)))
      else take(step.reader, step.max)
    }
    for (const [index, reader] of readers.entries()) {
      take(index, written)
      const seen = read[index] as number[]
      assert.deepEqual(
        seen,
        seen.toSorted((a, b) => a - b),
      )
      assert.equal(new Set(seen).size, seen.length)
      assert.equal(seen.length + reader.missed(), written)
    }
  })
  fc.assert(property)
})

test('the latest spans are the ones that are there; a reader of the next ones sees none of them', () => {
  const ring = new SpanRing(3)
  for (const name of 'abcde') ring.push(span(name))
  const reader = ring.reader('first')
  assert.equal(reader.missed(), 2)
  assert.deepEqual(
    reader.take(10).map(({ name }) => name),
    ['c', 'd', 'e'],
  )
  assert.deepEqual(ring.reader('next').take(10), [])
})
