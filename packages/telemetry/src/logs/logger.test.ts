import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newTrace, runCall } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { LogLevels, type LogLevel } from './log-levels.ts'
import { createLogger, type RootLogger } from './logger.ts'

function recorder(level: LogLevel = 'info'): { log: RootLogger; lines: Record<string, unknown>[]; texts: string[] } {
  const lines: Record<string, unknown>[] = []
  const texts: string[] = []
  const destination = {
    write(text: string): void {
      texts.push(text)
      lines.push(JSON.parse(text) as Record<string, unknown>)
    },
  }
  const clock = new VirtualClock()
  const levels = new LogLevels({ level, components: {} }, clock)
  return { log: createLogger({ service: 'bank', levels, destination, clock }), lines, texts }
}

test('a line is one JSON object with time, level in words, service, message and the fields', () => {
  const { log, lines, texts } = recorder()
  log.info({ port: 80 }, 'ready')
  assert.deepEqual(lines, [
    { level: 'info', time: '2026-01-01T00:00:00.000Z', service: 'bank', port: 80, msg: 'ready' },
  ])
  assert.equal(texts[0]?.indexOf('\n'), JSON.stringify(lines[0]).length)
})

test('inside a call a line carries its trace and span', async () => {
  const { log, lines } = recorder()
  const trace = newTrace()
  await runCall({ parent: null, trace }, async () => log.child({ order: 1 }).warn({}, 'late'))
  assert.equal(lines[0]?.['traceId'], trace.traceId)
  assert.equal(lines[0]?.['spanId'], trace.spanId)
  assert.equal(lines[0]?.['order'], 1)
})

test('lines below the level are not written', () => {
  const { log, lines } = recorder('warn')
  log.debug({}, 'a')
  log.info({}, 'b')
  log.error({}, 'c')
  assert.deepEqual(
    lines.map((line) => line['msg']),
    ['c'],
  )
})

test('fields that look like secrets are blanked, at the top and inside objects', () => {
  const { log, texts } = recorder()
  log.info({ password: 'hunter2', user: { token: 'hunter2', name: 'Ann' } }, 'a')
  log.info({ request: { headers: { authorization: 'Bearer hunter2', 'set-cookie': ['hunter2'] } } }, 'b')
  log.child({ cardNumber: 'hunter2' }).info({}, 'c')
  log.info({ err: Object.assign(new Error('refused'), { password: 'hunter2' }) }, 'd')
  const failed = Object.assign(new Error('refused'), { config: { headers: { Authorization: 'Bearer hunter2' } } })
  log.info({ err: failed, headers: { Cookie: 'hunter2' } }, 'e')
  const headers = { 'x-api-key': 'hunter2', 'Proxy-Authorization': 'hunter2' }
  log.info({ newPassword: 'hunter2', current_password: 'hunter2', clientSecret: 'hunter2', headers }, 'f')
  assert.equal(texts.length, 6)
  assert.ok(!texts.join('').includes('hunter2'), texts.join(''))
  assert.match(texts[0] as string, /"name":"Ann"/)
})

test('an error is written with its stack, its fields and its causes', () => {
  const { log, lines } = recorder()
  const cause = new Error('connect ECONNREFUSED')
  log.error({ err: Object.assign(new Error('no answer', { cause }), { code: 'X_Y' }) }, 'request failed')
  const err = lines[0]?.['err'] as Record<string, string>
  assert.match(err['stack'] as string, /no answer[^]*logger\.test\.ts[^]*ECONNREFUSED/)
  assert.equal(err['code'], 'X_Y')
})
