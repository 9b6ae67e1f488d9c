import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { formatEvent } from '../sse/format-event.ts'
import { readSse, type SseMessage } from './read-sse.ts'

/** The bytes in pieces, cut anywhere: in a character, between CR and LF. */
async function* inPieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const at = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b)
  for (const [index, from] of at.slice(0, -1).entries()) yield bytes.subarray(from, at[index + 1])
}

const word = fc.string({ unit: fc.constantFrom('a', ':', ' ', 'é', '💡', 'data', 'id') })
const text = fc
  .array(word, { maxLength: 4 })
  .chain((words) => fc.constantFrom('\n', '\r', '\r\n').map((end) => words.join(end)))
const event = fc.record(
  { data: text, event: word, id: word, retryMs: fc.nat({ max: 100_000 }) },
  { requiredKeys: ['data'] },
)

test('what is formatted reads as what it was, however the bytes arrive', async () => {
  const property = fc.asyncProperty(
    fc.array(event, { maxLength: 5 }),
    fc.array(fc.nat(), { maxLength: 20 }),
    fc.constantFrom('\n', '\r', '\r\n'),
    async (events, cuts, end) => {
      const bytes = Buffer.from(events.map(formatEvent).join(':\n\n').replaceAll('\n', end))
      const read: SseMessage[] = []
      for await (const message of readSse(inPieces(bytes, cuts))) read.push(message)
      let lastEventId = ''
      let retryMs: number | undefined
      const expected = events.map((one) => {
        lastEventId = one.id ?? lastEventId
        retryMs = one.retryMs ?? retryMs
        const data = one.data.replaceAll(/\r\n|\r/g, '\n')
        return {
          event: one.event === undefined || one.event === '' ? 'message' : one.event,
          data,
          lastEventId,
          retryMs,
        }
      })
      assert.deepEqual(read, expected)
    },
  )
  await fc.assert(property, { numRuns: 300 })
})
