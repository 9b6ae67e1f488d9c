import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accessLog, logRules } from './log-config.ts'

test('LOG is read as the rules of one service, and told without those of others', () => {
  const field = logRules('order')
  const rules = field.parse('info,order.mailer=debug,payment=warn')
  assert.deepEqual(rules, { level: 'info', components: { mailer: 'debug' } })
  assert.equal(field.tell(rules as never), 'info,order.mailer=debug')
  assert.equal(field.parse('loud'), undefined)
  assert.match(field.expected, /debug, info, warn, error, silent.*info,order=debug/)
})

test('ACCESS_LOG is off, all or one in so many, and is told as it is written', () => {
  for (const [text, n] of [
    ['off', 0],
    ['all', 1],
    ['1/100', 100],
    ['1/1000000', 1_000_000],
  ] as const) {
    assert.equal(accessLog.parse(text), n)
    assert.equal(accessLog.tell(n), text)
  }
  for (const text of ['on', '1', '100', '1/0', '2/100', '1/1000001', '1/1.5', '1/', '1/100,', ' 1/100']) {
    assert.equal(accessLog.parse(text), undefined, text)
  }
  assert.equal(accessLog.fallback, 100)
})
