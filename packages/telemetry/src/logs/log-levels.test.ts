import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import { formatLogRules, LogLevels, parseLogRules, type LogRules } from './log-levels.ts'
import { createLogger, type RootLogger } from './logger.ts'

const read = (text: string, service = 'order'): LogRules | undefined => parseLogRules(text, service)

function setUp(rules: LogRules = { level: 'info', components: {} }): {
  levels: LogLevels
  log: RootLogger
  clock: VirtualClock
  /** What is written of one line of each level. */
  written: (log: Pick<RootLogger, 'debug' | 'info' | 'warn' | 'error'>) => string[]
} {
  const clock = new VirtualClock()
  const levels = new LogLevels(rules, clock)
  let lines: string[] = []
  const destination = { write: (text: string): void => void lines.push((JSON.parse(text) as { msg: string }).msg) }
  const log = createLogger({ service: 'order', levels, destination, clock })
  return {
    levels,
    log,
    clock,
    written(on) {
      lines = []
      for (const level of ['debug', 'info', 'warn', 'error'] as const) on[level]({}, level)
      return lines
    },
  }
}

test('LOG gives every service a level, and those it names, or components in them, one of their own', () => {
  assert.deepEqual(read('warn'), { level: 'warn', components: {} })
  assert.deepEqual(read('info,order=debug'), { level: 'debug', components: {} })
  assert.deepEqual(read('info,order=debug', 'payment'), { level: 'info', components: {} })
  assert.deepEqual(read('order = debug , error'), { level: 'debug', components: {} })
  assert.deepEqual(read('payment=debug'), { level: 'info', components: {} })
  assert.deepEqual(read('order.sweeper=debug,orders=error,order-x=error'), {
    level: 'info',
    components: { sweeper: 'debug' },
  })
})

test('LOG that says nothing sensible is refused by every service, whomever it is about', () => {
  for (const text of [
    'loud',
    'info,payment=loud',
    'info,debug',
    'order=',
    '=debug',
    'order=debug=info',
    'info,',
    ',',
  ]) {
    assert.equal(read(text), undefined, text)
  }
})

test('rules are written as they are read, without what is for others', () => {
  const rules = read('info,payment=debug,order=warn,order.sweeper=debug') as LogRules
  assert.equal(formatLogRules(rules, 'order'), 'warn,order.sweeper=debug')
  assert.deepEqual(read(formatLogRules(rules, 'order')), rules)
})

test('a level that is changed holds for loggers that exist already, and is taken back', () => {
  const { levels, log, written } = setUp()
  const child = log.child({ order: 7 })
  assert.deepEqual(written(child), ['info', 'warn', 'error'])
  levels.set('debug')
  assert.deepEqual(written(child), ['debug', 'info', 'warn', 'error'])
  levels.set('silent')
  assert.deepEqual(written(log), [])
  levels.set(undefined)
  assert.deepEqual(written(log), ['info', 'warn', 'error'])
})

test('a component follows its service until it has a level of its own, and so do the loggers under it', () => {
  const { levels, log, written } = setUp({ level: 'warn', components: { mailer: 'error' } })
  const sweeper = log.child({ component: 'sweeper' }).child({ round: 1 })
  const mailer = log.child({ component: 'mailer' })
  assert.deepEqual(written(mailer), ['error'])
  levels.set('info')
  assert.deepEqual(written(sweeper), ['info', 'warn', 'error'])
  levels.set('debug', { component: 'sweeper' })
  assert.deepEqual(written(sweeper), ['debug', 'info', 'warn', 'error'])
  assert.deepEqual(written(log), ['info', 'warn', 'error'])
  assert.deepEqual(levels.report(), [
    { component: null, level: 'info', until: null },
    { component: 'mailer', level: 'error', until: null },
    { component: 'sweeper', level: 'debug', until: null },
  ])
  assert.throws(() => levels.set('debug', { component: 'sweper' }), /no component "sweper"/)
})

test('a level set for a time falls back to what held before, and says until when', async () => {
  const { levels, log, clock, written } = setUp()
  levels.set('warn')
  levels.set('debug', { forMs: 60_000 })
  assert.deepEqual(levels.report(), [{ component: null, level: 'debug', until: '2026-01-01T00:01:00.000Z' }])
  await clock.advance(59_999)
  assert.deepEqual(written(log), ['debug', 'info', 'warn', 'error'])
  await clock.advance(1)
  assert.deepEqual(written(log), ['warn', 'error'])
})

test('of two levels set for a time the later counts, and neither timer outlives the other or the service', async () => {
  const { levels, log, clock, written } = setUp()
  levels.set('debug', { forMs: 1_000 })
  levels.set('error', { forMs: 5_000 })
  await clock.advance(1_000)
  assert.deepEqual(written(log), ['error'])
  assert.equal(clock.armed, 1)
  levels[Symbol.dispose]()
  assert.equal(clock.armed, 0)
})

test('an audit line is written whatever the level, and says that it is one', () => {
  const clock = new VirtualClock()
  const lines: unknown[] = []
  const destination = { write: (text: string): void => void lines.push(JSON.parse(text)) }
  const levels = new LogLevels({ level: 'silent', components: {} }, clock)
  const log = createLogger({ service: 'order', levels, destination, clock })
  log.fatal({}, 'unheard')
  log.audit({ action: 'drain' }, 'action begins')
  assert.deepEqual(lines, [
    {
      level: 'info',
      time: '2026-01-01T00:00:00.000Z',
      service: 'order',
      audit: true,
      action: 'drain',
      msg: 'action begins',
    },
  ])
})

test('components are bounded: those beyond follow the service', () => {
  const { levels, log, written } = setUp()
  for (let index = 0; index < 150; index++) log.child({ component: `c${index}` })
  assert.equal(levels.components.length, 100)
  levels.set('error')
  assert.deepEqual(written(log.child({ component: 'c149' })), ['error'])
})
