import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AshlarError, newTrace, runCall } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import type { LogRecord } from '../otlp/records.ts'
import { LogLevels } from './log-levels.ts'
import { createLogger, type RootLogger } from './logger.ts'
import type { RecordListener } from './record-listener.ts'

function recorder(also: (log: RootLogger) => RecordListener = () => () => {}): {
  log: RootLogger
  records: LogRecord[]
  lines: string[]
} {
  const records: LogRecord[] = []
  const lines: string[] = []
  const clock = new VirtualClock()
  const log: RootLogger = createLogger({
    service: 'bank',
    levels: new LogLevels({ level: 'debug', components: {} }, clock),
    destination: { write: (text) => void lines.push(text) },
    clock,
    onRecord(record) {
      records.push(record)
      also(log)(record)
    },
  })
  return { log, records, lines }
}

class DeclinedError extends AshlarError {
  readonly code = 'TEST_DECLINED' as const
  readonly retryable = false
}

test('a line is a record with its time, severity, message and fields, those of objects by path', () => {
  const { log, records } = recorder()
  log.child({ component: 'mailer' }).info({ order: { id: 7, paid: true }, skus: ['a', 'b'], none: null }, 'sent')
  assert.deepEqual(records, [
    {
      timeMs: 1_767_225_600_000,
      severity: 9,
      severityText: 'info',
      body: 'sent',
      attributes: { component: 'mailer', 'order.id': 7, 'order.paid': true, skus: ['a', 'b'] },
      traceId: undefined,
      spanId: undefined,
    },
  ])
})

test('severities are as OpenTelemetry counts them', () => {
  const { log, records } = recorder()
  for (const level of ['debug', 'info', 'warn', 'error', 'fatal'] as const) log[level]({}, level)
  assert.deepEqual(
    records.map(({ severity, severityText }) => [severityText, severity]),
    [
      ['debug', 5],
      ['info', 9],
      ['warn', 13],
      ['error', 17],
      ['fatal', 21],
    ],
  )
})

test('a record has the trace and the span that its line was written in', async () => {
  const { log, records } = recorder()
  const trace = newTrace()
  await runCall({ parent: null, trace }, async () => log.warn({}, 'late'))
  assert.deepEqual([records[0]?.traceId, records[0]?.spanId], [trace.traceId, trace.spanId])
  assert.deepEqual(records[0]?.attributes, {})
})

test('what is blanked in the line is blanked in the record', () => {
  const { log, records } = recorder()
  log.info({ password: 'hunter2', request: { headers: { authorization: 'hunter2' } } }, 'a')
  log.child({ cardNumber: 'hunter2' }).error({ err: Object.assign(new Error('x'), { token: 'hunter2' }) }, 'b')
  assert.ok(!JSON.stringify(records).includes('hunter2'), JSON.stringify(records))
  assert.equal(records[0]?.attributes['request.headers.authorization'], '[redacted]')
})

test('an error is told by the conventions for exceptions, with its own fields', () => {
  const { log, records } = recorder()
  log.error({ err: new DeclinedError('no'), port: 1 }, 'failed')
  const attributes = records[0]?.attributes ?? {}
  assert.deepEqual([attributes['exception.type'], attributes['exception.message']], ['DeclinedError', 'no'])
  assert.match(String(attributes['exception.stacktrace']), /record-of-line\.test\.ts/)
  assert.deepEqual([attributes['err.code'], attributes['port']], ['TEST_DECLINED', 1])
})

test('a record is bounded: in attributes, in texts, in lists and in depth', () => {
  const { log, records } = recorder()
  log.info(Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`f${at}`, at])), 'x'.repeat(10_000))
  log.info({ text: '🪨'.repeat(5_000), list: Array.from({ length: 500 }, (_, at) => at) }, '')
  log.info({ a: { b: { c: { d: { e: 1 } } } }, mixed: [1, 'a', { b: null }] }, '')
  const [many, long, deep] = records
  assert.equal(Object.keys(many?.attributes ?? {}).length, 64)
  assert.equal(many?.body.length, 4_096)
  const text = String(long?.attributes['text'])
  assert.ok(text.length <= 4_096 && text.isWellFormed() && text.endsWith('…'))
  assert.equal((long?.attributes['list'] as number[] | undefined)?.length, 64)
  assert.deepEqual(deep?.attributes, { 'a.b.c.d': '{"e":1}', mixed: '[1,"a",{"b":null}]' })
})

test('a listener that throws, or that logs itself, takes nothing from those who log', () => {
  const throwing = recorder(() => () => {
    throw new Error('full')
  })
  throwing.log.info({}, 'a')
  throwing.log.info({}, 'b')
  assert.deepEqual([throwing.lines.length, throwing.records.length], [2, 2])
  const logging = recorder((log) => () => log.warn({}, 'a line was lost'))
  logging.log.info({}, 'a')
  logging.log.info({}, 'b')
  assert.deepEqual(
    logging.records.map(({ body }) => body),
    ['a', 'b'],
  )
  assert.equal(logging.lines.length, 4)
})
