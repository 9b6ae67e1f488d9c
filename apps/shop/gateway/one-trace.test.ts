import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newTrace, runCall } from '@ashlar/kernel'
import { customerWithCart, observedShop, type Span } from './observed-shop.test.support.ts'

// As of somebody elsewhere.
const trace = { ...newTrace(), root: undefined }

/** The spans within one that are no statements, in the order in which they began, each further in than its parent. */
function hops(spans: readonly Span[], parent: string, depth = 0): string[] {
  return spans
    .filter(({ parentSpanId, attributes }) => parentSpanId === parent && attributes['database'] === undefined)
    .toSorted((a, b) => a.startMs - b.startMs)
    .flatMap(({ kind, name, spanId }) =>
      [`${'  '.repeat(depth)}${kind} ${name}`].concat(hops(spans, spanId, depth + 1)),
    )
}

/** By which service each database was used, going by whose request the statement was part of. */
function usersOfDatabases(spans: readonly Span[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const servedBy = (span: Span | undefined): string => {
    if (span === undefined) return 'nobody'
    if (span.kind !== 'server') return servedBy(byId.get(span.parentSpanId ?? ''))
    return span.name.split(/[./ ]+/)[2] ?? 'bank'
  }
  const statements = spans.filter(({ attributes }) => attributes['database'] !== undefined)
  const byDatabase = Map.groupBy(statements, ({ attributes }) => attributes['database'])
  const users = [...byDatabase.values()].map((own) => [...new Set(own.map(servedBy))].join(' and '))
  return users.toSorted((a, b) => a.localeCompare(b))
}

test('a checkout is one trace: every hop and every statement within the one that caused it', async (t) => {
  const { url, tracer, metrics } = await observedShop(t)
  const customer = await customerWithCart(t, url)
  tracer.drain(100_000)
  const { status } = await runCall({ trace }, () => customer.buy())
  assert.equal(status, 'ORDER_STATUS_PAID')
  const spans = tracer.drain(100_000).filter(({ traceId }) => traceId === trace.traceId)

  const ids = new Set(spans.map(({ spanId }) => spanId)).add(trace.spanId)
  assert.equal(ids.size, spans.length + 1, 'no id is there twice')
  const orphans = spans.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId))
  assert.deepEqual(orphans, [])
  assert.ok(spans.every(({ error }) => error === undefined))
  assert.deepEqual(hops(spans, trace.spanId), [
    'client POST gateway',
    '  server POST /api/orders',
    '    client shop.order.v1.OrderService/PlaceOrder',
    '      server POST /shop.order.v1.OrderService/PlaceOrder',
    '        client shop.product.v1.ProductService/GetProducts',
    '          server POST /shop.product.v1.ProductService/GetProducts',
    '        client shop.product.v1.StockService/Reserve',
    '          server POST /shop.product.v1.StockService/Reserve',
    '        client shop.payment.v1.PaymentService/Charge',
    '          server POST /shop.payment.v1.PaymentService/Charge',
    '            client POST the bank',
    '              server POST /charges',
    '        client shop.product.v1.StockService/Commit',
    '          server POST /shop.product.v1.StockService/Commit',
  ])
  assert.deepEqual(usersOfDatabases(spans), ['bank', 'order', 'payment', 'product'])
  assert.ok(!JSON.stringify(spans).includes('Square 12'), 'nothing of what was said')

  const pointsOf = (name: string): readonly { readonly labels: readonly string[] }[] =>
    metrics.snapshot().find((metric) => metric.name === name)?.points ?? []
  const ofOrders = (name: string): object[] => pointsOf(name).filter(({ labels }) => labels.includes('/api/orders'))
  assert.deepEqual(ofOrders('http_requests_total'), [{ labels: ['POST', '/api/orders', '201'], value: 1 }])
  assert.partialDeepStrictEqual(ofOrders('http_request_duration_seconds'), [
    { labels: ['POST', '/api/orders'], count: 1 },
  ])
})
