import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSse, type SseMessage } from './read-sse.ts'

async function read(text: string, maxEventChars?: number): Promise<SseMessage[]> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (const piece of text.split('|')) yield Buffer.from(piece)
  }
  const messages: SseMessage[] = []
  const options = maxEventChars === undefined ? {} : { maxEventChars }
  for await (const message of readSse(pieces(), options)) messages.push(message)
  return messages
}

// The examples of the specification, 9.2.6.
test('the specification’s examples read as it says', async () => {
  const data = async (text: string): Promise<string[]> => (await read(text)).map((message) => message.data)
  assert.deepEqual(await data('data: YHOO\ndata: +2\ndata: 10\n\n'), ['YHOO\n+2\n10'])
  const ids = await read(': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n')
  assert.deepEqual(
    ids.map((message) => [message.data, message.lastEventId]),
    [
      ['first event', '1'],
      ['second event', ''],
      [' third event', ''],
    ],
  )
  assert.deepEqual(await data('data\n\ndata\ndata\n\ndata:'), ['', '\n'])
  assert.deepEqual(await data('data:test\n\ndata: test\n\n'), ['test', 'test'])
})

test('a byte order mark, unknown fields and values that are none are passed over', async () => {
  const [message] = await read('\uFEFFdata: a\nfoo: b\nretry: 1x\nid: 1\nid: 2\0\n\n')
  assert.deepEqual(message, { event: 'message', data: 'a', lastEventId: '1', retryMs: undefined })
})

test('a name or a wait without data is no event, and the name is forgotten', async () => {
  const messages = await read('event: a\nretry: 500\n\ndata: b\n\n')
  assert.deepEqual(messages, [{ event: 'message', data: 'b', lastEventId: '', retryMs: 500 }])
})

test('an event that breaks off at the end is none', async () => {
  assert.deepEqual(await read('data: a\n\ndata: b\n'), await read('data: a\n\n'))
})

test('a line or an event over the limit ends the reading, before it has been kept', async () => {
  const tooLarge = { code: 'ASHLAR_HTTP_EVENT_TOO_LARGE', limitChars: 20 }
  await assert.rejects(read(`data: ${'a'.repeat(100)}`, 20), tooLarge)
  await assert.rejects(read('data: a|bcdefghijklmnopqr|stuvwxyz', 20), tooLarge)
  await assert.rejects(read('data: abcdef\n'.repeat(2), 20), tooLarge)
  await assert.rejects(read(`:${'a'.repeat(8)}\n`.repeat(3), 20), tooLarge)
  assert.equal((await read('data: abcdef\n\n'.repeat(20), 20)).length, 20)
  assert.equal((await read('data: a|bcdef\n\n'.repeat(20), 20)).length, 20)
})
