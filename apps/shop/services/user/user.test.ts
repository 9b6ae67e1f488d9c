import assert from 'node:assert/strict'
import { test } from 'node:test'
import { validate } from '../shared/validate.ts'
import { checkEmail, checkNewPassword } from './user.ts'

const accepted = ['ann@example.com', 'a.b+shop@sub.example.co', "o'neil@example.ie", 'x@xn--bcher-kva.example']
const refused = [
  '',
  'ann',
  'ann@localhost',
  '@example.com',
  'ann@',
  'a..b@example.com',
  '.ann@example.com',
  'ann@-example.com',
  'ann@exam ple.com',
  'ann@example.com, bea@example.com',
  'ann@@example.com',
  `${'a'.repeat(65)}@example.com`,
  `ann@${'a.'.repeat(130)}com`,
]

test('ordinary addresses are accepted and come back in one spelling', () => {
  for (const email of accepted) {
    assert.equal(
      validate((check) => checkEmail(check, 'email', ` ${email.toUpperCase()} `)),
      email,
    )
  }
})

test('what cannot be a mailbox is refused', () => {
  for (const email of refused) assert.throws(() => validate((check) => checkEmail(check, 'email', email)), /email /)
})

test('a password of 10 to 200 characters is accepted as typed; another is refused without being repeated', () => {
  const accept = (password: string): string => validate((check) => checkNewPassword(check, 'password', password))
  assert.equal(accept('  spaced  '), '  spaced  ')
  assert.equal(accept('🙂'.repeat(10)), '🙂'.repeat(10))
  assert.throws(() => accept('too short'), /^InvalidInputError: password must be 10 to 200 characters$/)
  assert.throws(() => accept('x'.repeat(201)), /password must be/)
})
