import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { VirtualClock } from '@ashlar/kernel/testing'
import { pino, stdSerializers } from 'pino'
import { LogLevels } from './log-levels.ts'
import { createLogger, type RootLogger } from './logger.ts'

const secretNames = [
  'password',
  'Authorization',
  'SET-COOKIE',
  'accessToken',
  'access_token',
  'API-Key',
  'cardnumber',
  'newPassword',
  'current_password',
  'x-api-key',
  'Proxy-Authorization',
  'the password',
  '{"password',
]
// What is almost such a name, or looks like the end of one when it is quoted.
const harmlessNames = ['passwords', 'password ', 'api key', ',"token"', 'token":', 'token\\', 'tokens', 'ſecret']

interface Loggers {
  readonly log: RootLogger
  readonly lines: string[]
  /** The same without a look at secrets. */
  readonly plain: pino.Logger
  readonly plainLines: string[]
}

function loggers(): Loggers {
  const [lines, plainLines]: [string[], string[]] = [[], []]
  const clock = new VirtualClock()
  const levels = new LogLevels({ level: 'info', components: {} }, clock)
  const log = createLogger({ service: 'bank', levels, destination: { write: (line) => void lines.push(line) }, clock })
  const plain = pino(
    {
      level: 'debug',
      base: { service: 'bank' },
      timestamp: () => ',"time":"2026-01-01T00:00:00.000Z"',
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err },
      mixin: () => ({}),
    },
    { write: (line) => void plainLines.push(line) },
  )
  return { log, lines, plain, plainLines }
}

/** Objects of all the kinds that are written in a way of their own. */
function dressed(value: fc.Arbitrary<unknown>, fields: fc.Arbitrary<object>): fc.Arbitrary<unknown>[] {
  return [
    fields.map((own) => Object.assign(new Error('no'), own)),
    fields.map((own) => new Error('no', { cause: Object.assign(new Error('why'), own) })),
    value.map((own) => ({ toJSON: () => own })),
    fields.map((own) => new Map(Object.entries(own))),
    fields.map((own) => Object.freeze(own)),
    fields.map((own) => {
      const cyclic: Record<string, unknown> = { ...own }
      return Object.assign(cyclic, { self: cyclic })
    }),
    fields.map((own) =>
      Object.defineProperty({ ...own }, 'thrown', {
        enumerable: true,
        get: () => {
          throw new Error('no')
        },
      }),
    ),
    fields.map((own) => ({ ...own, big: 2n ** 64n })),
  ]
}

/** Fields of any shape, some of them with `planted` names. */
function fieldsWith(planted: readonly string[]): fc.Arbitrary<object> {
  // pino reads what it does with a field from an object with a prototype.
  const ordinary = fc.string().filter((name) => !(name in {}))
  const names = fc.oneof(ordinary, fc.constantFrom('err', 'user', 'headers', ...harmlessNames))
  const { fields } = fc.letrec<{ value: unknown; fields: object }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(
        fc.string(),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.constantFrom('"password":"x"', '":', 'token'),
      ),
      fc.array(tie('value'), { maxLength: 3 }),
      tie('fields'),
      ...dressed(tie('value'), tie('fields')),
    ),
    fields: fc
      .tuple(
        fc.dictionary(names, tie('value'), { maxKeys: 4 }),
        planted.length === 0
          ? fc.constant({})
          : fc.dictionary(fc.constantFrom(...planted), secretValue(tie('value')), { maxKeys: 2 }),
      )
      .map(([own, secrets]) => Object.assign(own, secrets)),
  }))
  return fields.filter((own) => Object.keys(own).every((name) => !(name in {})))
}

const secretValue = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.constantFrom('hunter2', 'a"}],hunter2\\', 'hunter2\\"'),
    value.map((own) => ['hunter2', own, { deep: 'hunter2', own }]),
  )

const isSecret = (name: string): boolean => /(?:password|authorization|cookie|token|api-key|cardnumber)$/i.test(name)

test('whatever is logged, what is in a secret field is in no line, and all else is as it would have been', () => {
  fc.assert(
    fc.property(fieldsWith(secretNames), fc.boolean(), (fields, isChild) => {
      const { log, lines, plain, plainLines } = loggers()
      if (isChild) log.child({ bound: fields, password: 'hunter2' }).info({}, 'told')
      else log.info(fields, 'told')
      if (isChild) plain.child({ bound: fields, password: 'hunter2' }).info({}, 'told')
      else plain.info(fields, 'told')
      const [line = '', unchecked = ''] = [lines[0], plainLines[0]]
      assert.ok(!line.includes('hunter2'), line)
      const blanked: unknown = JSON.parse(unchecked, (name, value: unknown) => (isSecret(name) ? '[redacted]' : value))
      assert.deepEqual(JSON.parse(line), blanked)
    }),
    { numRuns: 500 },
  )
})

test('a line without secrets is, byte for byte, the one that pino writes', () => {
  fc.assert(
    fc.property(fieldsWith([]), fc.string(), (fields, message) => {
      const { log, lines, plain, plainLines } = loggers()
      log.info(fields, message)
      plain.info(fields, message)
      assert.deepEqual(lines, plainLines)
    }),
    { numRuns: 500 },
  )
})

test('what is logged stays as it was, and is read no more often than pino reads it', () => {
  const { log, lines } = loggers()
  let reads = 0
  const user = {
    password: 'hunter2',
    get name() {
      reads += 1
      return 'Ann'
    },
  }
  log.info({ user }, 'told')
  assert.match(lines[0] ?? '', /"user":\{"password":"\[redacted\]","name":"Ann"\}/)
  assert.deepEqual([user.password, reads], ['hunter2', 1])
})
