import assert from 'node:assert/strict'
import test from 'node:test'
import { BodyReader } from './read-request.ts'

interface Sent {
  readonly headers: Record<string, string>
  chunks(): AsyncIterable<Buffer>
}

function sent(body: string, held?: Promise<void>): Sent {
  async function* chunks(): AsyncGenerator<Buffer> {
    await held
    yield Buffer.from(body)
  }
  return { headers: { 'content-length': String(body.length) }, chunks }
}

const asText = (body: Uint8Array): string => Buffer.from(body).toString()

test('what there is no room for just now is told to come back, and then taken', async () => {
  const reader = new BodyReader({ maxBodyBytes: 10, maxInFlightBytes: 12 })
  const hold = Promise.withResolvers<void>()
  const first = reader.read(sent('first one', hold.promise), asText)
  await assert.rejects(reader.read(sent('second'), asText), { code: 'ASHLAR_COLLECTOR_BUSY', retryAfterMs: 1_000 })
  assert.equal(await reader.read(sent('ok'), asText), 'ok')
  hold.resolve()
  assert.equal(await first, 'first one')
  assert.equal(await reader.read(sent('second'), asText), 'second')
})

test('a request that fails gives its room back', async () => {
  const reader = new BodyReader({ maxBodyBytes: 10, maxInFlightBytes: 12 })
  const broken = sent('123456789', Promise.reject(new Error('gone')))
  await assert.rejects(reader.read(broken, asText), /gone/)
  assert.equal(await reader.read(sent('123456789'), asText), '123456789')
})
