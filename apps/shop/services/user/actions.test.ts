import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeJwt } from 'jose'
import { parseActionInput, runCall } from '@ashlar/kernel'
import { accountsFixture } from './accounts-fixture.test.support.ts'
import { userActions } from './actions.ts'

const ann = { email: 'ann@example.com', password: 'correct horse battery', displayName: 'Ann' }

test('roles: an operator makes a customer a merchant and back; the next access token says so', async () => {
  await using fixture = await accountsFixture()
  const { accounts, store } = fixture
  const session = await accounts.register(ann)
  const [setRole] = userActions(store.users)
  assert.ok(setRole?.name === 'set-role' && setRole.risk === 'change')
  const set = (input: object): Promise<unknown> =>
    runCall({}, (call) => setRole.run(parseActionInput(setRole, input), call))

  const { id: userId, email } = session.user
  const made = await set({ email: 'ANN@example.com', role: 'merchant' })
  assert.deepEqual(made, { userId, email, roles: ['customer', 'merchant'] })
  const refreshed = await accounts.refresh(session.refreshToken)
  assert.deepEqual(decodeJwt(refreshed.accessToken).roles, ['customer', 'merchant'])
  assert.equal(refreshed.user.role, 'merchant')
  await set({ email, role: 'customer' })
  assert.deepEqual(decodeJwt((await accounts.login(ann)).accessToken).roles, ['customer'])
})

test('roles: for an address that nobody has, and a role that there is not, the operator is told', async () => {
  await using fixture = await accountsFixture()
  const [setRole] = userActions(fixture.store.users)
  assert.ok(setRole)
  const set = (input: object): Promise<unknown> =>
    runCall({}, async (call) => setRole.run(parseActionInput(setRole, input), call))
  await assert.rejects(set({ email: 'nobody@example.com', role: 'merchant' }), {
    code: 'SHOP_USER_NOT_FOUND',
    message: 'nobody has registered as nobody@example.com',
  })
  await assert.rejects(set({ email: 'nobody', role: 'merchant' }), { code: 'ASHLAR_INVALID_INPUT' })
  await assert.rejects(set({ email: ann.email, role: 'owner' }), /role must be one of customer, merchant/)
})
