import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as rawRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:http2'
import { test } from 'node:test'
import { currentCall, edgeTable, formatTraceparent, parseTraceparent, runCall, type TraceContext } from '@ashlar/kernel'
import { createHttpClient } from './client/index.ts'
import { httpEdgeRows, listen, type HttpServer } from './index.ts'

// Written from the specification: https://www.w3.org/TR/trace-context/
const traceId = '0af7651916cd43dd8448eb211c80319c'
const traceparent = `00-${traceId}-b7ad6b7169203331-01`

/** A server that answers with the trace its handler runs in. */
const start = (): Promise<HttpServer> =>
  listen(async () => ({ status: 200, body: JSON.stringify(currentCall()?.trace) }), {
    port: 0,
    edge: edgeTable(httpEdgeRows),
  })

/** Sends these header lines as they are, several of one name if need be. */
async function traceOver(server: HttpServer, ...lines: [name: string, value: string][]): Promise<TraceContext> {
  const headers = [...lines, ['host', 'localhost'], ['connection', 'close']].flat()
  const [answer] = (await once(rawRequest(server.url, { headers }).end(), 'response')) as [IncomingMessage]
  return JSON.parse((await answer.toArray()).join('')) as TraceContext
}

test('a request is handled in its caller’s trace, whatever the case of the header’s name and the space around its value', async () => {
  await using server = await start()
  for (const name of ['traceparent', 'Traceparent', 'TRACEPARENT', 'tRaCePaReNt']) {
    assert.equal((await traceOver(server, [name, traceparent])).traceId, traceId, name)
  }
  for (const value of [` ${traceparent}`, `\t${traceparent}`, `${traceparent} `, `${traceparent}\t`]) {
    assert.equal((await traceOver(server, ['traceparent', value])).traceId, traceId)
  }
  const { sampled, spanId, root } = await traceOver(server, ['traceparent', traceparent])
  assert.deepEqual([sampled, root], [true, spanId], 'its work is the first of the trace here')
})

test('a traceparent that came twice, or under another name, is none: the request starts a trace', async () => {
  await using server = await start()
  const other = traceparent.replace('0af7', '1af7')
  for (const lines of [
    [
      ['traceparent', traceparent],
      ['traceparent', other],
    ],
    [
      ['traceparent', traceparent],
      ['TraceParent', traceparent],
    ],
    [['trace-parent', traceparent]],
    [['trace.parent', traceparent]],
  ] as [string, string][][]) {
    const { traceId: started, sampled } = await traceOver(server, ...lines)
    assert.match(started, /^[0-9a-f]{32}$/)
    assert.notEqual(started.slice(4), traceId.slice(4))
    assert.equal(sampled, false)
  }
})

test('a trace that begins here is kept where the server says so, knowing what is asked; one that goes on is as its caller says', async () => {
  const asked: string[] = []
  const keepsTrace = ({ method, target }: { method: string; target: string }): boolean =>
    asked.push(`${method} ${target}`) === 1
  const handler = async (): Promise<{ status: number; body: string }> => ({
    status: 200,
    body: JSON.stringify(currentCall()?.trace),
  })
  await using server = await listen(handler, { port: 0, keepsTrace })
  assert.deepEqual([(await traceOver(server)).sampled, (await traceOver(server)).sampled], [true, false])
  assert.equal((await traceOver(server, ['traceparent', traceparent])).sampled, true)
  assert.equal((await traceOver(server, ['traceparent', traceparent.replace(/1$/, '0')])).sampled, false)
  assert.deepEqual(asked, ['GET /', 'GET /'])
})

test('tracestate lines are one list, in their order; without a traceparent, or malformed, they are dropped', async () => {
  await using server = await start()
  const parent: [string, string] = ['traceparent', traceparent]
  const split = await traceOver(server, parent, ['tracestate', 'foo=1'], ['TraceState', 'bar=2,baz=3'])
  assert.equal(split.state, 'foo=1, bar=2,baz=3')
  assert.equal(
    (await traceOver(server, parent, ['tracestate', 'foo=1'], ['tracestate', ''])).state?.slice(0, 5),
    'foo=1',
  )
  const twice = await traceOver(server, parent, ['tracestate', 'foo=1'], ['tracestate', 'foo=2'])
  assert.deepEqual([twice.traceId, twice.state], [traceId, undefined])
  assert.equal((await traceOver(server, ['tracestate', 'foo=1'])).state, undefined)
})

test('over HTTP/2 the same headers mean the same', async () => {
  await using server = await start()
  const session = connect(server.url)
  try {
    const asked = async (headers: Record<string, string | string[]>): Promise<TraceContext> =>
      JSON.parse((await session.request({ ':path': '/', ...headers }).toArray()).join('')) as TraceContext
    const good = await asked({ traceparent, tracestate: ['foo=1', 'bar=2'] })
    assert.deepEqual([good.traceId, good.state], [traceId, 'foo=1, bar=2'])
    assert.notEqual((await asked({ traceparent: [traceparent, traceparent] })).traceId, traceId)
  } finally {
    session.close()
  }
})

test('what a call does elsewhere carries its trace on: the id, whether it is kept, and what others said', async () => {
  await using server = await start()
  await using client = createHttpClient({ baseUrl: server.url, name: 'next' })
  const came = parseTraceparent(traceparent, 'foo=1,bar=2')
  await runCall({ parent: null, trace: came }, async () => {
    const there = (await client.request({ method: 'GET', path: '/' })).json() as TraceContext
    assert.deepEqual([there.traceId, there.sampled, there.state], [traceId, true, 'foo=1,bar=2'])
    assert.ok(came)
    assert.notEqual(formatTraceparent(there), formatTraceparent(came))
  })
})
