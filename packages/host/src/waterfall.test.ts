import assert from 'node:assert/strict'
import test from 'node:test'
import type { SpanView, TraceView } from './collector/query/trace-view.ts'
import { waterfall } from './waterfall.ts'

function span(fields: Partial<SpanView>): SpanView {
  const ids = { traceId: 't', spanId: 's', parentSpanId: undefined, service: 'gateway', scope: '', depth: 0 }
  const timing = { name: 'GET /', kind: 'internal', startMs: 0, durationMs: 0 } as const
  return { ...ids, ...timing, attributes: {}, error: undefined, events: [], links: [], ...fields }
}

function traceOf(durationMs: number, ...spans: readonly SpanView[]): TraceView {
  const rest = { traceId: 't', name: '', service: '', errors: 0, services: [], complete: true }
  return { ...rest, startMs: 1_000, durationMs, spans }
}

test('each span has a line: indented below its parent, with a bar where it was under way, and why it failed', () => {
  const lines = waterfall(
    traceOf(
      100,
      span({ startMs: 1_000, durationMs: 100, kind: 'server' }),
      span({ startMs: 1_050, durationMs: 25, depth: 1, service: 'bank', name: 'charge', error: 'DECLINED' }),
    ),
  )
  assert.deepEqual(lines, [
    'service  span                                                 from      took',
    `gateway  GET / (server)  ${'█'.repeat(32)}   0.0 ms  100.0 ms`,
    `bank       charge        ${'·'.repeat(16)}${'█'.repeat(8)}${'·'.repeat(8)}  50.0 ms   25.0 ms  failed: DECLINED`,
  ])
})

test('every bar is as wide as the others, whatever the times are', () => {
  const strange = [
    span({ startMs: 1_100, durationMs: 0 }),
    span({ startMs: 1_099, durationMs: 50 }),
    span({ startMs: 1_000 }),
  ]
  for (const durationMs of [100, 0, 0.001]) {
    for (const line of waterfall(traceOf(durationMs, ...strange)).slice(1)) {
      assert.match(line, /  [·]*█+[·]*  /)
      assert.equal(line.match(/[·█]/g)?.length, 32, line)
    }
  }
})

test('no name can move the cursor or take more than its column', () => {
  const [, line = ''] = waterfall(traceOf(1, span({ name: `\u001B[2J${'x'.repeat(500)}`, depth: 1_000 })))
  assert.ok(!line.includes('\u001B'))
  assert.equal(line.length, 120)
})

test('a trace fits the terminal, names before bars; one that is too narrow for any trace gets the least of both', () => {
  const long = span({ startMs: 1_000, durationMs: 100, name: 'shop.order.v1.OrderService/PlaceOrder'.repeat(2) })
  const bar = (columns: number): [number, number] => {
    const [, line = ''] = waterfall(traceOf(100, long), columns)
    return [line.length, line.match(/█/g)?.length ?? 0]
  }
  assert.deepEqual(waterfall(traceOf(100, long)), waterfall(traceOf(100, long), 120))
  assert.deepEqual([200, 120, 80, 20].map(bar), [
    [121, 32],
    [120, 31],
    [80, 10],
    [63, 10],
  ])
})
