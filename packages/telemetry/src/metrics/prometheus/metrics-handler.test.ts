import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpRequest } from '@ashlar/http'
import { hasCode } from '@ashlar/kernel'
import { MetricRegistry } from '../registry.ts'
import { negotiate } from './accept.ts'
import { metricsHandler } from './metrics-handler.ts'

function request(method: string, accept?: string): HttpRequest {
  return { method, headers: accept === undefined ? {} : { accept } } as HttpRequest
}

test('a scraper gets the format that it asks for, and says so in the type', async () => {
  const registry = new MetricRegistry()
  registry.counter({ name: 'calls', description: 'Calls.', unit: '{call}' })
  const handler = metricsHandler(registry)
  const plain = await handler(request('GET'))
  assert.equal(plain.status, 200)
  assert.equal(plain.headers?.['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  assert.match(plain.body as string, /^calls_total 0\n$/m)
  const open = await handler(request('HEAD', 'application/openmetrics-text;version=1.0.0'))
  assert.equal(open.headers?.['content-type'], 'application/openmetrics-text; version=1.0.0; charset=utf-8')
  assert.match(open.body as string, /\n# EOF\n$/)
})

test('metrics are read, not written to', async () => {
  const handler = metricsHandler(new MetricRegistry())
  await assert.rejects(handler(request('POST')), (error) => hasCode(error, 'ASHLAR_HTTP_METHOD_NOT_ALLOWED'))
})

test('OpenMetrics goes to those who name a version of it that is written, and like text no better', () => {
  const prometheus =
    'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2'
  for (const accept of [
    prometheus,
    'Application/OpenMetrics-Text',
    'text/plain;q=0.5, application/openmetrics-text; q=0.5',
  ]) {
    assert.equal(negotiate(accept), 'openmetrics', accept)
  }
  const others = [
    undefined,
    '',
    '*/*',
    'text/html',
    'application/openmetrics-text;version=0.0.1',
    'application/openmetrics-text;version=2.0.0',
    'application/openmetrics-text;q=0',
    'application/openmetrics-text;q=x',
    'application/openmetrics-text;q=0.4,text/plain;q=0.5',
  ]
  for (const accept of others) assert.equal(negotiate(accept), 'text', accept)
})
