import assert from 'node:assert/strict'
import test from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import { recordLine, toJson, type LogLine } from './log-line.ts'
import { logView } from './log-view.ts'

const clock = new VirtualClock(1_769_861_021_123)
const view = logView({ services: ['order', 'gateway'], colour: false, clock })
const line = (service: string, text: string, stream: LogLine['stream'] = 'stdout'): LogLine => ({
  service,
  stream,
  text,
})
const record = (fields: object): string =>
  JSON.stringify({ level: 'info', time: '2026-01-31T12:03:41.123Z', ...fields })

test('log records become aligned lines with their fields after the message', () => {
  assert.equal(
    view(
      line(
        'order',
        record({ service: 'order', pid: 7, hostname: 'h', msg: 'order paid', orderId: '018f', total: 19.99 }),
      ),
    ),
    '12:03:41.123  order    info    order paid  orderId=018f total=19.99',
  )
  assert.equal(view(line('gateway', record({ level: 'warn', msg: 'slow' }))), '12:03:41.123  gateway  warn    slow')
})

test('values that contain spaces are quoted, objects are JSON, traces are told as "ashlar traces" takes them', () => {
  assert.equal(
    view(
      line(
        'order',
        record({ msg: 'm', who: 'Ann Lee', at: { line: 2 }, traceId: '4bf92f3577b34da6', spanId: '00f067aa' }),
      ),
    ),
    '12:03:41.123  order    info    m  who="Ann Lee" at={"line":2} trace=4bf92f3577b34da6',
  )
})

test('stacks and further lines of a message stand under the message', () => {
  const err = { type: 'Error', message: 'boom', stack: 'Error: boom\n    at pay (a.ts:1:2)' }
  assert.equal(
    view(line('order', record({ level: 'error', msg: 'failed\ntwice', err }))),
    [
      '12:03:41.123  order    error   failed',
      '                               twice',
      '                               Error: boom',
      '                                   at pay (a.ts:1:2)',
    ].join('\n'),
  )
})

test('an error without a stack is shown by its message', () => {
  assert.equal(
    view(line('order', record({ level: 'error', msg: 'failed', err: { message: 'the bank is closed' } }))),
    '12:03:41.123  order    error   failed  error="the bank is closed"',
  )
})

test("pino's numbers are read as level and time", () => {
  assert.equal(view(line('order', '{"level":40,"time":1769861021123,"msg":"x"}')), '12:03:41.123  order    warn    x')
})

test('text that is no record keeps its words, with the service that printed it', () => {
  assert.equal(view(line('order', 'plain text')), '12:03:41.123  order            plain text')
  assert.equal(view(line('order', '{not json', 'stderr')), '12:03:41.123  order    stderr  {not json')
})

test('a logged value can neither move the cursor nor colour the terminal', () => {
  const nasty = '\u001B[2Jgone\u0007'
  assert.equal(view(line('order', record({ msg: nasty }))), '12:03:41.123  order    info    \\x1b[2Jgone\\x07')
  assert.ok(!view(line('order', `text ${nasty}`)).includes('\u001B'))
  const time = `2026-01-31T${nasty}`
  assert.equal(
    view(line('order', record({ level: nasty, time, msg: 'm' }))),
    '\\x1b[2Jgone\\x07  order    \\x1b[2Jgone\\x07  m',
  )
})

test('a record is one line, but for its message and stack: it cannot pass for a line of another service', () => {
  const forged = 'a\n12:03:41.123  gateway  info'
  for (const fields of [{ level: forged }, { time: `2026-01-31T${forged}` }, { [forged]: 1 }]) {
    assert.ok(!view(line('order', record({ msg: 'm', ...fields }))).includes('\n'))
  }
})

test('colours are there on a terminal, for level and service', () => {
  const coloured = logView({ services: ['order'], colour: true, clock })(
    line('order', record({ level: 'error', msg: 'm' })),
  )
  assert.equal(coloured, '\u001B[2m12:03:41.123\u001B[0m  \u001B[36morder \u001B[0m  \u001B[31merror \u001B[0m  m')
})

test('as JSON a record stays as it was printed, and text is wrapped with its service', () => {
  const text = record({ msg: 'm' })
  assert.equal(toJson(line('order', text), clock), text)
  assert.deepEqual(JSON.parse(toJson(line('order', 'words', 'stderr'), clock)), {
    level: 'error',
    time: '2026-01-31T12:03:41.123Z',
    service: 'order',
    msg: 'words',
  })
})

test('a line of our own has the form that services log in', () => {
  assert.equal(
    view(recordLine('ashlar', { level: 'warn', msg: 'order died', restarts: 2 }, clock)),
    '12:03:41.123  ashlar   warn    order died  restarts=2',
  )
})
