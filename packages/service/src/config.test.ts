import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boolean, integer, oneOf, port, string, url } from './config-fields.ts'
import { parseConfig, type ConfigField } from './config.ts'
import { ConfigError } from './errors.ts'

test('values are read by the names of their variables, and typed', () => {
  const config = parseConfig(
    { PORT: '8080', BANK_URL: 'http://127.0.0.1:1/x', FAST: 'true', LOG: 'warn', RATE: '-3', NAME: 'a b', OTHER: 'x' },
    {
      PORT: port(),
      BANK_URL: url(),
      FAST: boolean(),
      LOG: oneOf(['info', 'warn']),
      RATE: integer(),
      NAME: string(),
    },
  )
  const log: 'info' | 'warn' = config.LOG
  assert.equal(log, 'warn')
  assert.deepEqual(config, {
    PORT: 8080,
    BANK_URL: 'http://127.0.0.1:1/x',
    FAST: true,
    LOG: 'warn',
    RATE: -3,
    NAME: 'a b',
  })
})

test('a variable that is empty or absent takes its default', () => {
  const spec = { A: integer({ default: 0 }), B: string({ default: '' }), C: boolean({ default: false }) }
  assert.deepEqual(parseConfig({ A: '' }, spec), { A: 0, B: '', C: false })
})

test('every mistake is told at once, with the variable, the value and what is expected', () => {
  const spec = {
    PORT: port(),
    DATABASE_URL: url({ protocols: ['postgres:', 'postgresql:'] }),
    WORKERS: integer({ min: 1 }),
    LOG: oneOf(['info', 'warn']),
  }
  assert.throws(() => parseConfig({ PORT: 'http', WORKERS: '0', LOG: 'loud' }, spec), {
    code: 'ASHLAR_CONFIG_INVALID',
    message: [
      'these settings are not usable:',
      '  PORT must be an integer from 0 to 65535, got "http"',
      '  DATABASE_URL is not set; it must be a URL that begins with postgres:// or postgresql://',
      '  WORKERS must be an integer of 1 or more, got "0"',
      '  LOG must be one of info, warn, got "loud"',
    ].join('\n'),
  })
})

test('a secret is never shown', () => {
  const secret: ConfigField<string> = { ...string({ secret: true }), parse: () => undefined }
  const spec = { KEY: secret, DATABASE_URL: url({ protocols: ['postgres:'] }), OTHER_URL: url() }
  const env = { KEY: 'hunter2', DATABASE_URL: 'mysql://me:hunter2@host/db', OTHER_URL: 'me:hunter2@host' }
  assert.throws(
    () => parseConfig(env, spec),
    (error) => {
      assert.ok(error instanceof ConfigError)
      assert.equal(error.issues.length, 3)
      assert.ok(!error.message.includes('hunter2'))
      assert.match(error.message, /KEY must be a secret, got a value that is not shown/)
      assert.match(error.message, /"\*\*\*@host\/db"/)
      return true
    },
  )
})

const wrong: [name: string, field: ConfigField<unknown>, values: string[]][] = [
  ['an integer', integer({ max: 10 }), ['1.5', '1e3', '0x1', ' 1', '11', '99999999999999999999', 'NaN', '-']],
  ['a port', port(), ['-1', '65536', '80a']],
  ['a boolean', boolean(), ['1', 'yes', 'TRUE']],
  ['a URL', url(), ['localhost:80', '//host', 'ftp://host', 'http://']],
]
for (const [name, field, values] of wrong) {
  test(`${name} is none of ${values.join(', ')}`, () => {
    for (const text of values) assert.equal(field.parse(text), undefined, text)
  })
}

test('a value shown is cut short', () => {
  assert.ok(integer().show('x'.repeat(10_000)).length < 100)
})

test('operators are told values as they are, but no secret and no password in a URL', () => {
  assert.equal(string().tell('a'), 'a')
  assert.equal(string({ secret: true }).tell('hunter2'), '(secret)')
  assert.equal(string({ secret: true, default: '' }).tell(''), '')
  assert.equal(integer().tell(7), 7)
  assert.equal(boolean().tell(false), false)
  assert.equal(oneOf(['a', 'b']).tell('a'), 'a')
  assert.equal(url().tell('http://host:1'), 'http://host:1')
  const field = url({ protocols: ['postgresql:'] })
  assert.equal(
    field.tell('postgresql://me:hunter2@host:5/db?sslmode=require&sslPassword=hunter2'),
    'postgresql://me:***@host:5/db?sslmode=require&sslPassword=***',
  )
})
