import assert from 'node:assert/strict'
import test from 'node:test'
import { httpEdge, type HttpRequest } from '@ashlar/http'
import { edgeTable } from '@ashlar/kernel'
import { otlpTraces, type OtlpForm } from '@ashlar/telemetry/otlp'
import { spanOf, tracesBody } from '../collector.test.support.ts'
import { collectorEdgeRows } from '../errors.ts'
import { BodyReader, type BodyLimits } from './read-request.ts'
import { Receiver } from './receiver.ts'

function requestOf(body: Buffer, form: OtlpForm): HttpRequest {
  const type = form === 'json' ? 'application/json' : 'application/x-protobuf'
  async function* chunks(): AsyncGenerator<Buffer> {
    yield body
  }
  const headers = { 'content-type': type, 'content-length': String(body.length) }
  return { method: 'POST', headers, signal: new AbortController().signal, chunks } as unknown as HttpRequest
}

function setUp(limits: BodyLimits, take: () => number): { receiver: Receiver<unknown>; failures: unknown[] } {
  const failures: unknown[] = []
  const receiver = new Receiver({
    signal: otlpTraces,
    take,
    guard: () => undefined,
    edge: httpEdge(edgeTable(collectorEdgeRows)),
    bodies: new BodyReader(limits),
    onError: (error) => void failures.push(error),
  })
  return { receiver: receiver as Receiver<unknown>, failures }
}

const roomy = { maxBodyBytes: 10_000, maxInFlightBytes: 10_000 }

test('who comes when there is no room is told when to come back, in the form that they speak', async () => {
  const { receiver, failures } = setUp({ maxBodyBytes: 10_000, maxInFlightBytes: 10 }, () => 0)
  for (const form of ['json', 'protobuf'] as const) {
    const answer = await receiver.answer(requestOf(tracesBody([spanOf()], form), form))
    assert.equal(answer.status, 503)
    assert.equal(answer.headers?.['retry-after'], '1')
    const body = answer.body as Buffer
    // google.rpc.Status: 14 is UNAVAILABLE.
    if (form === 'json') assert.equal((JSON.parse(body.toString()) as { code: number }).code, 14)
    else assert.deepEqual([...body.subarray(0, 3)], [0x08, 14, 0x12])
  }
  assert.deepEqual(receiver.stats.refusedRequests, { unavailable: 2 })
  assert.deepEqual(failures, [], 'that is no failure of ours')
})

test('a failure of ours is told as one, without what it says, and logged', async () => {
  const { receiver, failures } = setUp(roomy, () => {
    throw new Error('a secret of the inside')
  })
  const answer = await receiver.answer(requestOf(tracesBody([spanOf()]), 'json'))
  assert.equal(answer.status, 500)
  assert.ok(!(answer.body as Buffer).includes('secret'))
  assert.equal(failures.length, 1)
})

test('what there was no room for is told as a partial success', async () => {
  const { receiver } = setUp(roomy, () => 1)
  const spans = [spanOf(), spanOf({ spanId: '1'.repeat(16) })]
  const answer = await receiver.answer(requestOf(tracesBody(spans), 'json'))
  assert.equal(answer.status, 200)
  assert.match((answer.body as Buffer).toString(), /"rejectedSpans":"1"/)
  assert.deepEqual([receiver.stats.accepted, receiver.stats.rejected], [1, 1])
})
