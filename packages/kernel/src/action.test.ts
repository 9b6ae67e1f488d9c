import assert from 'node:assert/strict'
import { test } from 'node:test'
import { action, parseActionInput } from './action.ts'
import { runCall } from './call.ts'
import { InvalidInputError } from './errors.ts'

const setLevel = action({
  name: 'log-level-set',
  description: 'Sets what is logged from now on.',
  risk: 'change',
  input: {
    level: { type: 'string', description: 'The least that is logged.', oneOf: ['debug', 'info', 'error'] },
    minutes: { type: 'integer', description: 'For how many minutes.', min: 1, max: 60, optional: true },
    quiet: { type: 'boolean', description: 'Says nothing about it.', optional: true },
    note: { type: 'string', description: 'Why.' },
  },
  async run(input, call) {
    // The types follow from the fields: this compiles.
    const level: 'debug' | 'info' | 'error' = input.level
    const minutes: number | undefined = input.minutes
    return { level, minutes, aborted: call.signal.aborted }
  },
})

test('an action gets the input it declared, and what was left out stays out', async () => {
  const input = parseActionInput(setLevel, { level: 'debug', note: 'slow orders' })
  assert.deepEqual(input, { level: 'debug', note: 'slow orders' })
  const result = await runCall({}, (call) => setLevel.run(input, call))
  assert.deepEqual(result, { level: 'debug', minutes: undefined, aborted: false })
})

test('a wrong input is refused with everything that is wrong, and nothing is converted', () => {
  const wrong = { level: 'loud', minutes: '5', quiet: 'yes', constructor: 1 }
  assert.throws(
    () => parseActionInput(setLevel, wrong),
    (error) => {
      assert.ok(error instanceof InvalidInputError)
      assert.deepEqual(error.issues, [
        { path: 'constructor', message: 'is not known' },
        { path: 'level', message: 'must be one of debug, info, error' },
        { path: 'minutes', message: 'must be a whole number of 1 to 60' },
        { path: 'quiet', message: 'must be true or false' },
        { path: 'note', message: 'is required' },
      ])
      return true
    },
  )
})

test('a number out of its bounds, a fraction and what is no object are refused', () => {
  for (const minutes of [0, 61, 1.5, Number.NaN]) {
    assert.throws(() => parseActionInput(setLevel, { level: 'info', note: '', minutes }), /minutes must be a whole/)
  }
  for (const none of [null, undefined, 'text', [1]]) {
    assert.throws(() => parseActionInput(setLevel, none), /must be an object/)
  }
})

test('an inherited property is no input', () => {
  const inherited: unknown = Object.create({ level: 'info', note: 'inherited' })
  assert.throws(() => parseActionInput(setLevel, inherited), /level is required; note is required/)
})

test('a name that no command line could take is a mistake, of the action and of its fields', () => {
  assert.throws(() => action({ ...setLevel, name: 'Set level' }), /must be kebab-case, got "Set level"/)
  const declare = (name: string): unknown =>
    action({
      name: 'log-level-set',
      description: 'Any.',
      risk: 'read',
      input: { [name]: { type: 'boolean', description: 'Any.' } },
      run: async () => undefined,
    })
  for (const name of ['for-ms', 'ForMs', 'for_ms', '1st', 'forMS']) {
    assert.throws(() => declare(name), /log-level-set: the name of a field must be camelCase, got/, name)
  }
  for (const name of ['json', 'yes', 'help', 'config', 'directory', 'reason']) {
    assert.throws(() => declare(name), /a field cannot be called/, name)
  }
  declare('forMs')
})
