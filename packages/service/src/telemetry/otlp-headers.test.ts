import assert from 'node:assert/strict'
import { test } from 'node:test'
import { otlpHeaders } from './otlp-headers.ts'
import { telemetryConfig } from './telemetry-config.ts'

test('headers are read as OpenTelemetry writes them, percent-encoded, and never shown', () => {
  assert.deepEqual(otlpHeaders.parse('Authorization=Bearer%20hunter2, x-team = shop ,x-empty='), {
    authorization: 'Bearer hunter2',
    'x-team': 'shop',
    'x-empty': '',
  })
  assert.deepEqual(otlpHeaders.parse('a=b=c'), { a: 'b=c' })
  assert.equal(otlpHeaders.tell({ authorization: 'hunter2' }), '(secret)')
  assert.equal(otlpHeaders.tell({}), '')
  assert.ok(!otlpHeaders.show('authorization=hunter2').includes('hunter2'))
})

test('what could not be sent as a header, or would begin another, is refused', () => {
  for (const text of ['authorization', '=b', 'a b=c', 'a=%0d%0ax:%20y', 'a=%zz', 'a=%C3%A4', 'a=b,', ',']) {
    assert.equal(otlpHeaders.parse(text), undefined, text)
  }
})

test('an endpoint with credentials, a query or another protocol is refused', () => {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = telemetryConfig
  assert.equal(endpoint.parse('http://127.0.0.1:4318/otlp'), 'http://127.0.0.1:4318/otlp')
  for (const text of ['127.0.0.1:4318', 'grpc://host', 'http://me:hunter2@host', 'http://host?a=b', 'http://host#a']) {
    assert.equal(endpoint.parse(text), undefined, text)
  }
})
